//! Which tests judge a mutant: those that come by it, the unit tests of its room first, then the programs that take the
//! least time; at last, for one of the macros, the compiler.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use super::copy::cargo;
use super::list::Mutant;
use super::programs::{Outcome, Program, built, limit};
use super::reach::{Test, recorded};
use super::sources::Sources;

/// A test that takes longer is asked after the others.
const SLOW: Duration = Duration::from_secs(1);

const RUNTIME: &str = "resilience/";
const MACROS: &str = "resilience-macros/";

/// What builds all tests that are about the crates.
const PROGRAMS: &str = "test --no-run --package resilience-tests --tests";

/// What builds the unit tests of the crates that these mutants are in.
pub(super) fn units(mutants: &[Mutant]) -> String {
    let package = |mutant: &Mutant| mutant.file.split('/').next().unwrap_or_default().to_owned();
    let packages: BTreeSet<String> = mutants.iter().map(package).collect();
    let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
    format!("test --no-run --lib --package {}", packages.join(" --package "))
}

pub(super) struct Trial {
    programs: Vec<Program>,
    tests: Vec<Test>,
    sources: Option<Sources>,
    directory: PathBuf,
}

impl Trial {
    /// Builds the tests in the copy at `root` and asks which mutants they come by: all tests, or only the unit tests of
    /// the mutants' own rooms.
    pub(super) fn build(root: &Path, mutants: &[Mutant], only_own: bool) -> io::Result<Self> {
        let mut programs = built(cargo(root, &units(mutants)))?;
        let asks_about = |crate_: &str| {
            !only_own && mutants.iter().any(|mutant| mutant.file.starts_with(crate_))
        };
        if asks_about(RUNTIME) {
            programs.extend(built(cargo(root, PROGRAMS))?);
        }
        let directory = root.join("trial");
        fs::create_dir_all(&directory)?;
        let rooms: BTreeSet<String> = mutants.iter().map(|mutant| room(&mutant.file)).collect();
        let is_own = |test: &str| rooms.iter().any(|room| test.starts_with(room));
        let tests = recorded(&programs, |test| !only_own || is_own(test), &directory)?;
        let sources =
            asks_about(MACROS).then(|| Sources::recorded(root, &directory)).transpose()?;
        Ok(Trial { programs, tests, sources, directory })
    }

    /// Nothing, if no test comes by the mutant.
    pub(super) fn run(&self, mutant: &Mutant) -> io::Result<Option<Outcome>> {
        let log = self.directory.join(format!("log-{}", mutant.id));
        let mut last = self.run_tests(mutant, &log)?;
        if matches!(last, None | Some(Outcome::Passed))
            && let Some(sources) = &self.sources
        {
            last = sources.run(mutant, &log)?.or(last);
        }
        let _ = fs::remove_file(log);
        Ok(last)
    }

    fn run_tests(&self, mutant: &Mutant, log: &Path) -> io::Result<Option<Outcome>> {
        let mut last = None;
        for group in self.groups(mutant) {
            let names: Vec<&str> = group.iter().map(|test| test.name.as_str()).collect();
            let program = &self.programs[group[0].program];
            let number = mutant.id.to_string();
            let variable = ("MUTANT", number.as_str());
            last = Some(program.run(&names, variable, limit(time(&group)), log)?);
            if last != Some(Outcome::Passed) {
                break;
            }
        }
        Ok(last)
    }

    /// The tests that come by a mutant, a group for each run of a program: slow ones last.
    fn groups(&self, mutant: &Mutant) -> Vec<Vec<&Test>> {
        let room = room(&mutant.file);
        let mut groups: BTreeMap<(bool, bool, usize), Vec<&Test>> = BTreeMap::new();
        for test in self.tests.iter().filter(|test| test.reaches(mutant.id)) {
            let key = (test.time > SLOW, !test.name.starts_with(&room), test.program);
            groups.entry(key).or_default().push(test);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|((is_slow, is_other, _), tests)| (*is_slow, *is_other, time(tests)));
        groups.into_iter().map(|(_, tests)| tests).collect()
    }
}

fn time(tests: &[&Test]) -> Duration {
    tests.iter().map(|test| test.time).sum()
}

/// What the names of a room's unit tests begin with. Those of the macros are about all of their rooms.
fn room(file: &str) -> String {
    let Some(path) = file.strip_prefix("resilience/src/") else { return String::new() };
    format!("{}::", path.split('/').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_of_a_room_begin_with_its_name() {
        assert_eq!(room("resilience/src/fallback/catch.rs"), "fallback::");
        assert_eq!(room("resilience-macros/src/grammar/rate.rs"), "");
    }
}
