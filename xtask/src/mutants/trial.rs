//! Which tests judge a mutant: the unit tests of its room first, then what is about the room, then the rest.

use std::io;
use std::path::Path;
use std::time::Duration;

use super::copy::cargo;
use super::list::Mutant;
use super::programs::{Outcome, Program, built};

/// A program of tests that runs for longer never ends.
const LIMIT: Duration = Duration::from_secs(60);

/// Programs of `tests/tests`, by the room that they are about.
const TESTS: [(&str, &[&str]); 9] = [
    ("circuit_breaker", &["circuit_breaker", "shared_breakers", "reconfigure"]),
    ("bulkhead", &["bulkhead", "adaptive", "priority", "reconfigure"]),
    ("rate_limit", &["rate_limit", "shared", "priority", "reconfigure"]),
    ("retry", &["retry", "nested_retries", "context", "reconfigure"]),
    ("timeout", &["timeout", "context", "reconfigure"]),
    ("hedge", &["hedge", "reconfigure"]),
    ("fallback", &["fallback"]),
    ("keyed", &["keyed", "manifest", "reconfigure"]),
    (
        "overrides",
        &["overrides", "overrides_options", "overrides_stacks", "overrides_mistakes", "admin"],
    ),
];

/// Those that are about all rooms, the slowest last.
const OF_ALL: [&str; 8] = [
    "config",
    "metrics",
    "registry",
    "events",
    "composition",
    "tracing_events",
    "test_kit",
    "proofs",
];

pub(super) struct Trial(Vec<Program>);

impl Trial {
    /// Builds all tests in the copy at `root`.
    pub(super) fn build(root: &Path) -> io::Result<Self> {
        let mut names: Vec<&str> =
            TESTS.iter().flat_map(|(_, tests)| tests.iter().copied()).chain(OF_ALL).collect();
        names.sort_unstable();
        names.dedup();
        let tests = names.join(" --test ");
        let units = "test --no-run --package resilience --package resilience-macros --lib";
        let mut programs = built(cargo(root, units))?;
        programs.extend(built(cargo(
            root,
            &format!("test --no-run --package resilience-tests --test {tests}"),
        ))?);
        Ok(Trial(programs))
    }

    pub(super) fn run(&self, mutant: &Mutant) -> io::Result<Outcome> {
        for (name, filters) in stages(&mutant.file) {
            let program = self.0.iter().find(|program| program.name == name);
            let program =
                program.ok_or_else(|| io::Error::other(format!("there are no tests {name}")))?;
            let outcome = program.run(mutant.id, &filters, LIMIT)?;
            if outcome != Outcome::Passed {
                return Ok(outcome);
            }
        }
        Ok(Outcome::Passed)
    }
}

/// The programs to run for a file's mutants, and which of their tests.
fn stages(file: &str) -> Vec<(String, Vec<String>)> {
    let (package, path) = file.split_once("/src/").unwrap_or_default();
    let room = path.split('/').next().unwrap_or_default();
    let units = package.replace('-', "_");
    if package != "resilience" {
        return vec![(units, Vec::new())];
    }
    let about = TESTS.iter().filter(|(about, _)| *about == room).flat_map(|(_, tests)| *tests);
    let programs = about.copied().chain(OF_ALL).map(|test| (test.to_owned(), Vec::new()));
    let own = (units.clone(), vec![format!("{room}::")]);
    [own].into_iter().chain(programs).chain([(units, Vec::new())]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_judged_by_its_own_tests() {
        let stages = stages("resilience/src/fallback/catch.rs");
        let names: Vec<_> =
            stages.iter().map(|(name, filters)| (&**name, filters.join(" "))).collect();
        assert_eq!(
            names[..2],
            [("resilience", "fallback::".to_owned()), ("fallback", String::new())]
        );
        assert_eq!(names.last(), Some(&("resilience", String::new())), "at last, all unit tests");
    }
}
