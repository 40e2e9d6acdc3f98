//! The places that overrides are read from: one file, and the environment.

use std::env;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::environment;
use super::leaf::Leaf;
use super::plan::policies;
use super::problems::Problems;
use super::toml_text;
use crate::problem::Problem;

const FILE: &str = "RESILIENCE_OVERRIDES_FILE";
const INLINE: &str = "RESILIENCE_OVERRIDES";
/// Larger files are no overrides.
const LONGEST: u64 = 1 << 20;

/// A file's path, as the environment names it.
pub(super) fn path() -> Option<PathBuf> {
    env::var_os(FILE).filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// The file's text.
pub(super) fn read(path: &Path) -> Result<String, Problem> {
    let place = || path.display().to_string();
    let failed = |error: std::io::Error| Problem::at(place(), format!("cannot be read: {error}"));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LONGEST {
        return Err(Problem::at(place(), "is larger than 1 MiB"));
    }
    String::from_utf8(bytes).map_err(|_| Problem::at(place(), "is not UTF-8 text"))
}

/// The overrides of a file's text and of the environment.
pub(super) fn leaves(file: Option<(&Path, &str)>) -> Result<Vec<Leaf>, Problems> {
    let (mut leaves, mut problems) = (Vec::new(), Vec::new());
    let mut take = |read: Result<Vec<Leaf>, Vec<Problem>>| match read {
        Ok(read) => leaves.extend(read),
        Err(found) => problems.extend(found),
    };
    if let Some((path, text)) = file {
        take(toml_text::file(&path.display().to_string(), text));
    }
    if let Ok(text) = env::var(INLINE) {
        take(toml_text::inline(INLINE, &text));
    }
    let known: Vec<_> = policies().into_iter().map(|(known, _)| known).collect();
    take(environment::leaves(variables(), &known));
    if problems.is_empty() { Ok(leaves) } else { Err(Problems::new(problems)) }
}

/// Those that are text; others cannot be overrides.
fn variables() -> impl Iterator<Item = (String, String)> {
    env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}
