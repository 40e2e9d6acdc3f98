//! How the crates' files depend on each other, and what of that is forbidden: `cargo x lint` keeps the layers that
//! ARCHITECTURE.md lists.
//!
//! [`modules`] the files of a crate by module path · [`imports`] their `use` lines, each resolved to the file that
//! defines the name · [`circles`] files that reach themselves · [`layers`] the list in ARCHITECTURE.md · [`sizes`] files
//! and the root that stay small.

mod circles;
mod imports;
mod layers;
mod modules;
mod sizes;

use std::process::ExitCode;

use self::imports::Import;
use self::modules::{Crate, is_door};
use crate::steps::Steps;
use crate::workspace::root;

/// Two or three files inside one room may hold on to each other; none do across rooms.
const LARGEST_CIRCLE: usize = 3;

/// `cargo x structure`: the quick part of `cargo x lint`.
pub(crate) fn run() -> ExitCode {
    let mut steps = Steps::default();
    self::steps(&mut steps);
    steps.finish()
}

pub(crate) fn steps(steps: &mut Steps) {
    steps.check("imports point down, no circles, short files, a small root", &problems());
}

/// Everything that is wrong, a sentence each.
fn problems() -> Vec<String> {
    let runtime = Crate::read(&root().join("resilience/src"));
    let macros = Crate::read(&root().join("resilience-macros/src"));
    let (arrows, expansion) = (runtime.imports(), macros.imports());
    let mut problems = front_door(&arrows);
    problems.extend(layers::problems(&runtime, &arrows));
    problems.extend(circles(&arrows, LARGEST_CIRCLE));
    problems.extend(circles(&expansion, 1));
    problems.extend([&runtime, &macros].into_iter().flat_map(sizes::long_files));
    problems.extend(sizes::crowded_root(&runtime));
    problems
}

/// `use crate::Name`, where `Name` is defined in a room.
fn front_door(imports: &[Import]) -> Vec<String> {
    let through =
        imports.iter().filter(|import| import.through_front_door && !is_door(&import.from));
    let sentence = |import: &Import| {
        format!(
            "{}: `use crate::{}` hides which module it depends on: write {}'s own path",
            import.from, import.name, import.to
        )
    };
    through.map(sentence).collect()
}

fn circles(imports: &[Import], largest: usize) -> Vec<String> {
    let circles = circles::of(imports);
    let sentence = |files: Vec<String>| {
        format!(
            "{} files import each other in a circle (at most {largest}): {}",
            files.len(),
            files.join(" ")
        )
    };
    circles.into_iter().filter(|files| files.len() > largest).map(sentence).collect()
}
