//! Which tests come by which mutants: asked once, before any is switched on.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use std::{fs, io};

use super::crew;
use super::programs::{Outcome, Program};

/// A test that runs for longer without a mutant is left out.
const LIMIT: Duration = Duration::from_secs(120);

pub(super) struct Test {
    /// Its place in the list of programs.
    pub(super) program: usize,
    pub(super) name: String,
    pub(super) time: Duration,
    reached: BTreeSet<u32>,
}

impl Test {
    pub(super) fn reaches(&self, mutant: u32) -> bool {
        self.reached.contains(&mutant)
    }
}

/// Runs each test alone that `is_asked`. Those that fail without a mutant can tell nothing of one.
pub(super) fn recorded(
    programs: &[Program],
    is_asked: impl Fn(&str) -> bool,
    directory: &Path,
) -> io::Result<Vec<Test>> {
    let mut names = Vec::new();
    for (program, tests) in programs.iter().enumerate() {
        let tests = tests.tests()?.into_iter().filter(|name| is_asked(name));
        names.extend(tests.map(|name| (program, name)));
    }
    let tests = Mutex::new(Vec::new());
    crew::each(names.into_iter().enumerate(), |(number, (program, name))| {
        let file = directory.join(format!("reached-{number}"));
        match record(&programs[program], &name, &file)? {
            Some((time, reached)) => {
                let test = Test { program, name, time, reached };
                tests.lock().expect("no push panics").push(test);
            }
            None => {
                println!("left out: {name} of {} fails without a mutant", programs[program].name);
            }
        }
        Ok(())
    })?;
    Ok(tests.into_inner().expect("no push panics"))
}

fn record(
    program: &Program,
    test: &str,
    file: &Path,
) -> io::Result<Option<(Duration, BTreeSet<u32>)>> {
    let log = file.with_extension("log");
    fs::write(file, [])?;
    let started = Instant::now();
    let outcome = program.run(&[test], ("REACHED", &file.to_string_lossy()), LIMIT, &log)?;
    let (time, reached) = (started.elapsed(), numbers(file)?);
    fs::remove_file(file)?;
    fs::remove_file(log)?;
    Ok((outcome == Outcome::Passed).then_some((time, reached)))
}

/// What a run has written to the file that `REACHED` named.
pub(super) fn numbers(file: &Path) -> io::Result<BTreeSet<u32>> {
    let reached = fs::read(file)?;
    Ok(reached.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
}
