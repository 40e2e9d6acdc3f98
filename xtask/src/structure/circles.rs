//! Files that reach themselves by what they import.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::Import;

/// The circles, each a sorted list of files: strongly connected components of more than one.
pub(crate) fn of(imports: &[Import]) -> Vec<Vec<String>> {
    let mut graph: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for import in imports {
        graph.entry(&import.from).or_default().insert(&import.to);
    }
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        graph.keys().map(|file| (*file, reachable(&graph, file))).collect();
    let mut circles = BTreeSet::new();
    for (file, reached) in &reach {
        let together = reached
            .iter()
            .filter(|other| reach.get(*other).is_some_and(|back| back.contains(file)));
        let circle: Vec<String> = together.map(|file| (*file).to_owned()).collect();
        if circle.len() > 1 {
            circles.insert(circle);
        }
    }
    circles.into_iter().collect()
}

fn reachable<'g>(graph: &BTreeMap<&'g str, BTreeSet<&'g str>>, from: &str) -> BTreeSet<&'g str> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(file) = open.pop() {
        for next in graph.get(file).into_iter().flatten() {
            if reached.insert(*next) {
                open.push(next);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(from: &str, to: &str) -> Import {
        Import { from: from.into(), to: to.into(), name: "X".into(), through_front_door: false }
    }

    #[test]
    fn a_circle_is_found_and_a_chain_is_none() {
        let imports = [import("a", "b"), import("b", "c"), import("c", "b"), import("c", "d")];
        assert_eq!(of(&imports), [["b", "c"]]);
    }
}
