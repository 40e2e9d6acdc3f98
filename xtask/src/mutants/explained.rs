//! The mutants that no test can tell from the original, and why: `docs/mutants.md`.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

pub(super) struct Explained(BTreeSet<String>);

impl Explained {
    pub(super) fn read(root: &Path) -> io::Result<Self> {
        Ok(Explained::parse(&fs::read_to_string(root.join("docs/mutants.md"))?))
    }

    /// A line per mutant: "- `its name without line and column`: why".
    fn parse(text: &str) -> Self {
        let names = text.lines().filter_map(|line| line.strip_prefix("- `")?.split_once("`: "));
        Explained(names.map(|(name, _)| name.to_owned()).collect())
    }

    pub(super) fn knows(&self, name: &str) -> bool {
        self.0.contains(&placeless(name))
    }
}

/// Lines and columns move with every change of the file.
pub(super) fn placeless(name: &str) -> String {
    let mut parts = name.splitn(4, ':');
    let file = parts.next().unwrap_or_default();
    let what = parts.nth(2).unwrap_or_default();
    format!("{file}:{what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutant_is_known_wherever_it_stands() {
        let explained =
            Explained::parse("# Title\n- `a/b.rs: replace x::y -> u8 with 0`: no reader.\n");
        assert!(explained.knows("a/b.rs:12:5: replace x::y -> u8 with 0"));
        assert!(!explained.knows("a/b.rs:12:5: replace x::y -> u8 with 1"));
    }
}
