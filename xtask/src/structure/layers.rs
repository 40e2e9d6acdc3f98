//! The layers as ARCHITECTURE.md lists them: each room imports from its own layer's list of allowances and from below.
//!
//! The list is the fenced block that begins with ```` ```layers ````: `name: room room …`, lowest first. Rooms of a
//! layer in brackets never import each other: `name: [room room]`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::imports::Import;
use super::modules::Crate;
use crate::workspace::root;

struct Layer {
    height: usize,
    apart: bool,
}

pub(crate) fn problems(runtime: &Crate, imports: &[Import]) -> Vec<String> {
    let plan = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("it is in the repository");
    let layers = listed(&plan);
    let mut problems = rooms_and_list(runtime, &layers);
    problems.extend(imports.iter().filter_map(|import| upward(import, &layers)));
    problems
}

fn listed(plan: &str) -> BTreeMap<String, Layer> {
    let block = plan.split("```layers\n").nth(1).and_then(|rest| rest.split("```").next());
    let lines = block.expect("ARCHITECTURE.md has a block of layers").lines();
    let mut layers = BTreeMap::new();
    for (height, line) in lines.enumerate() {
        let (_, rooms) = line.split_once(':').expect("a layer's line has a colon");
        let apart = rooms.trim().starts_with('[');
        for room in rooms.split_whitespace().map(|room| room.trim_matches(['[', ']'])) {
            layers.insert(room.to_owned(), Layer { height, apart });
        }
    }
    layers
}

/// Each room is listed, and each listed one is there.
fn rooms_and_list(runtime: &Crate, layers: &BTreeMap<String, Layer>) -> Vec<String> {
    let rooms: BTreeSet<&String> =
        runtime.files.keys().filter_map(|module| module.first()).collect();
    let rooms: BTreeSet<&String> = rooms.into_iter().filter(|room| *room != "__private").collect();
    let missing = rooms.iter().filter(|room| !layers.contains_key(**room));
    let gone = layers.keys().filter(|room| !rooms.contains(room));
    missing
        .map(|room| format!("ARCHITECTURE.md: `{room}` is in no layer"))
        .chain(gone.map(|room| format!("ARCHITECTURE.md: there is no `{room}`")))
        .collect()
}

fn upward(import: &Import, layers: &BTreeMap<String, Layer>) -> Option<String> {
    let (from, to) = (room(&import.from), room(&import.to));
    if from == to {
        return None;
    }
    let (lower, upper) = (layers.get(from)?, layers.get(to));
    let Some(upper) = upper else {
        return Some(format!(
            "{}: imports `{}` from {}, which is in no layer",
            import.from, import.name, import.to
        ));
    };
    let wrong = upper.height > lower.height || (upper.height == lower.height && upper.apart);
    wrong.then(|| {
        format!(
            "{}: imports `{}` from {}, which is no layer below",
            import.from, import.name, import.to
        )
    })
}

fn room(file: &str) -> &str {
    file.split('/').next().unwrap_or(file).trim_end_matches(".rs")
}
