//! A copy of the workspace in which every mutant that compiles lies behind a switch.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{fs, io};

use serde_json::Value;

use super::list::Mutant;
use super::switches::switched;
use super::text::Written;
use crate::workspace::target;

const SWITCH: &str = include_str!("mutant.rs.txt");
const FEATURES: &str =
    "#![feature(core_intrinsics, const_eval_select)]\n#![allow(internal_features)]\n";

/// The two crates and their tests, mutated.
pub(super) struct Copy {
    pub(super) root: PathBuf,
    sources: BTreeMap<String, String>,
    mutants: BTreeMap<String, Vec<Mutant>>,
    written: BTreeMap<String, Written>,
}

/// What compiles the copy's own packages: their switches need an unstable function. All others are compiled as ever, so
/// that what other builds made of them serves here, too.
const COMPILER: &str = "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec \"$@\" --cap-lints allow\n";

/// Cargo in the copy at `root`, with its messages as JSON.
pub(super) fn cargo(root: &Path, line: &str) -> Command {
    let mut command = Command::new("cargo");
    command
        .args(line.split_whitespace())
        .args(["--quiet", "--message-format=json"])
        .env("RUSTC_WORKSPACE_WRAPPER", root.join("compiler"))
        .env("CARGO_TARGET_DIR", target())
        .current_dir(root);
    command
}

impl Copy {
    /// A copy that compiles.
    pub(super) fn settled(
        workspace: &Path,
        root: PathBuf,
        mutants: &[Mutant],
        build: &str,
    ) -> io::Result<Self> {
        copy_files(workspace, &root)?;
        write_compiler(&root.join("compiler"))?;
        for package in ["resilience", "resilience-macros"] {
            add_switch(&root.join(package).join("src"))?;
        }
        let mut copy = Copy {
            root,
            sources: BTreeMap::new(),
            mutants: BTreeMap::new(),
            written: BTreeMap::new(),
        };
        copy.take_in(mutants)?;
        copy.settle(build)?;
        Ok(copy)
    }

    /// The numbers of all that are switched.
    pub(super) fn switched(&self) -> BTreeSet<u32> {
        self.written.values().flat_map(Written::mutants).collect()
    }

    pub(super) fn into_switched(self, mut mutants: Vec<Mutant>) -> Vec<Mutant> {
        let switched = self.switched();
        mutants.retain(|mutant| switched.contains(&mutant.id));
        mutants
    }

    fn take_in(&mut self, mutants: &[Mutant]) -> io::Result<()> {
        for mutant in mutants {
            self.mutants.entry(mutant.file.clone()).or_default().push(mutant.clone());
        }
        for file in self.mutants.keys() {
            self.sources.insert(file.clone(), fs::read_to_string(self.root.join(file))?);
        }
        self.write(&self.mutants.keys().cloned().collect())
    }

    fn write(&mut self, files: &BTreeSet<String>) -> io::Result<()> {
        for file in files {
            let source = &self.sources[file];
            let written = switched(source, &self.mutants[file]).write(source);
            fs::write(self.root.join(file), &written.text)?;
            self.written.insert(file.clone(), written);
        }
        Ok(())
    }

    /// Takes out what the compiler rejects, until it rejects nothing.
    fn settle(&mut self, build: &str) -> io::Result<()> {
        loop {
            let output = cargo(&self.root, build).output()?;
            if output.status.success() {
                return Ok(());
            }
            let blamed = self.blamed(&output.stdout);
            if blamed.is_empty() {
                return Err(io::Error::other(rendered(&output)));
            }
            let files = self.take_out(&blamed);
            self.write(&files)?;
        }
    }

    fn blamed(&self, messages: &[u8]) -> BTreeSet<u32> {
        let mut blamed = BTreeSet::new();
        for message in errors(messages) {
            let places: Vec<(String, Range<usize>)> = places(&message);
            let found = places.iter().find_map(|(file, place)| {
                let found = self.written.get(file)?.blamed(place.clone());
                (!found.is_empty()).then_some(found)
            });
            blamed.extend(found.into_iter().flatten());
        }
        blamed
    }

    fn take_out(&mut self, blamed: &BTreeSet<u32>) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        for (file, mutants) in &mut self.mutants {
            let before = mutants.len();
            mutants.retain(|mutant| !blamed.contains(&mutant.id));
            if mutants.len() < before {
                files.insert(file.clone());
            }
        }
        files
    }
}

/// All that git knows of, links followed.
fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(from).output()?;
    for file in String::from_utf8_lossy(&listed.stdout).split_terminator('\0') {
        let target = to.join(file);
        fs::create_dir_all(target.parent().expect("a file lies in a directory"))?;
        if from.join(file).is_file() {
            fs::copy(from.join(file), target)?;
        }
    }
    Ok(())
}

fn write_compiler(file: &Path) -> io::Result<()> {
    fs::write(file, COMPILER)?;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

fn add_switch(src: &Path) -> io::Result<()> {
    fs::write(src.join("mutant.rs"), SWITCH)?;
    let lib = fs::read_to_string(src.join("lib.rs"))?;
    fs::write(
        src.join("lib.rs"),
        format!("{FEATURES}{lib}\n#[allow(dead_code, missing_docs)]\nmod mutant;\n"),
    )
}

fn errors(messages: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(messages)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["message"]["level"] == "error")
        .map(|message| message["message"].clone())
        .collect()
}

/// Primary spans first.
fn places(message: &Value) -> Vec<(String, Range<usize>)> {
    let mut spans: Vec<&Value> = message["spans"].as_array().into_iter().flatten().collect();
    spans.sort_by_key(|span| span["is_primary"] != true);
    spans.into_iter().filter_map(place).collect()
}

fn place(span: &Value) -> Option<(String, Range<usize>)> {
    let byte = |key: &str| usize::try_from(span[key].as_u64()?).ok();
    Some((span["file_name"].as_str()?.to_owned(), byte("byte_start")?..byte("byte_end")?))
}

/// What the compiler, or cargo, says of an error that no mutant brought.
fn rendered(output: &Output) -> String {
    let errors = errors(&output.stdout);
    let told = errors.iter().filter_map(|message| message["rendered"].as_str());
    told.map(str::to_owned).chain([String::from_utf8_lossy(&output.stderr).into_owned()]).collect()
}
