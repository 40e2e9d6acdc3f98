//! What became of each mutant, a line each, in a file that outlives a run that is interrupted.

use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::programs::Outcome;

const CAUGHT: [&str; 2] = ["caught", "timed out"];

pub(super) struct Results {
    file: File,
    caught: BTreeSet<String>,
}

impl Results {
    /// Those of earlier runs, if the file is there.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(path).unwrap_or_default();
        let file = File::options().create(true).append(true).open(path)?;
        let lines = text.lines().filter_map(|line| line.split_once('\t'));
        let caught = lines.filter(|(word, _)| CAUGHT.contains(word));
        Ok(Results { file, caught: caught.map(|(_, name)| name.to_owned()).collect() })
    }

    /// An earlier run has caught it: that need not be shown again.
    pub(super) fn is_caught(&self, name: &str) -> bool {
        self.caught.contains(name)
    }

    pub(super) fn add(&mut self, name: &str, outcome: Option<Outcome>) -> io::Result<()> {
        let word = match outcome {
            Some(Outcome::Failed) => CAUGHT[0],
            Some(Outcome::TimedOut) => CAUGHT[1],
            Some(Outcome::Passed) => "survived",
            None => "not reached",
        };
        writeln!(self.file, "{word}\t{name}")
    }
}
