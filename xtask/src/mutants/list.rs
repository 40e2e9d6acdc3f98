//! The mutants that `cargo mutants` generates, read from its own list.

use std::io;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// One change of the source. Lines and columns count from one, the end is exclusive.
#[derive(Clone)]
pub(super) struct Mutant {
    pub(super) id: u32,
    pub(super) name: String,
    pub(super) file: String,
    pub(super) genre: String,
    pub(super) start: (usize, usize),
    pub(super) replacement: String,
}

/// All mutants of the files that `.cargo/mutants.toml` names, in the order of the list, numbered from one.
pub(super) fn list(root: &Path) -> io::Result<Vec<Mutant>> {
    let listed = Command::new("cargo-mutants")
        .args(["mutants", "--list", "--json"])
        .current_dir(root)
        .output()
        .map_err(|error| {
            io::Error::other(format!("{error}: `cargo install --locked cargo-mutants`"))
        })?;
    let listed: Vec<Value> = serde_json::from_slice(&listed.stdout)?;
    Ok((1..).zip(&listed).map(|(id, mutant)| read(id, mutant)).collect())
}

fn read(id: u32, mutant: &Value) -> Mutant {
    let text = |key: &str| mutant[key].as_str().unwrap_or_default().to_owned();
    let position = |key: &str| {
        mutant["span"]["start"][key].as_u64().and_then(|at| at.try_into().ok()).unwrap_or(1)
    };
    Mutant {
        id,
        name: text("name"),
        file: text("file"),
        genre: text("genre"),
        start: (position("line"), position("column")),
        replacement: text("replacement"),
    }
}
