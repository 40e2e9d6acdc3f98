//! What the compiler says of each file under `tests/ui`: a mutant of the macros that changes it is caught.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use std::{fs, io};

use serde_json::Value;

use super::copy::cargo;
use super::crew;
use super::list::Mutant;
use super::programs::{Outcome, limit, messages, watch};
use super::reach::numbers;

/// Builds all that these files may name.
const BUILD: &str = "test --no-run --package resilience-tests --test ui";
/// The crates that they do name.
const NAMED: [&str; 6] = ["resilience", "async_trait", "axum", "tokio", "tower", "tracing"];
/// A file that takes longer without a mutant is left out.
const LIMIT: Duration = Duration::from_secs(60);

pub(super) struct Sources {
    compiler: Compiler,
    sources: Vec<Source>,
}

struct Source {
    file: PathBuf,
    /// Without a mutant.
    said: Said,
    time: Duration,
    reached: BTreeSet<u32>,
}

/// Whether it compiles, and all warnings and errors.
type Said = (Outcome, String);

impl Sources {
    /// Those of the copy at `root`, each with what it comes by.
    pub(super) fn recorded(root: &Path, directory: &Path) -> io::Result<Self> {
        let compiler = Compiler::of(root, &messages(cargo(root, BUILD))?);
        let sources = Mutex::new(Vec::new());
        crew::each(files(&root.join("tests/ui"))?.into_iter().enumerate(), |(number, file)| {
            let reached = directory.join(format!("reached-{number}"));
            fs::write(&reached, [])?;
            let started = Instant::now();
            let variable = ("REACHED", reached.to_string_lossy().into_owned());
            let said = compiler.asked(&file, variable, LIMIT, &reached.with_extension("log"))?;
            if said.0 != Outcome::TimedOut {
                let (time, reached) = (started.elapsed(), numbers(&reached)?);
                let source = Source { file, said, time, reached };
                sources.lock().expect("no push panics").push(source);
            }
            Ok(())
        })?;
        let mut sources = sources.into_inner().expect("no push panics");
        sources.sort_by_key(|source| source.time);
        Ok(Sources { compiler, sources })
    }

    /// Nothing, if no file comes by the mutant.
    pub(super) fn run(&self, mutant: &Mutant, log: &Path) -> io::Result<Option<Outcome>> {
        let mut last = None;
        for source in self.sources.iter().filter(|source| source.reached.contains(&mutant.id)) {
            let variable = ("MUTANT", mutant.id.to_string());
            let said = self.compiler.asked(&source.file, variable, limit(source.time), log)?;
            if said != source.said {
                let timed_out = said.0 == Outcome::TimedOut;
                return Ok(Some(if timed_out { Outcome::TimedOut } else { Outcome::Failed }));
            }
            last = Some(Outcome::Passed);
        }
        Ok(last)
    }
}

struct Compiler {
    directory: PathBuf,
    arguments: Vec<String>,
}

impl Compiler {
    /// With the libraries that cargo said it has built.
    fn of(root: &Path, built: &[Value]) -> Self {
        let libraries: Vec<_> = built.iter().filter_map(library).collect();
        let folders: BTreeSet<_> = libraries.iter().filter_map(|(_, file)| file.parent()).collect();
        let folders = folders.iter().map(|folder| format!("-Ldependency={}", folder.display()));
        let named = libraries.iter().filter(|(name, _)| NAMED.contains(&name.as_str()));
        let named = named.map(|(name, file)| format!("--extern={name}={}", file.display()));
        Compiler { directory: root.join("tests"), arguments: folders.chain(named).collect() }
    }

    /// What it says of `file`, with one variable set.
    fn asked(
        &self,
        file: &Path,
        (key, value): (&str, String),
        limit: Duration,
        log: &Path,
    ) -> io::Result<Said> {
        let child = Command::new("rustc")
            // With the names of long types in the messages, and not in a file that is called after the output.
            .args(["--edition=2024", "--emit=metadata", "-Zwrite-long-types-to-disk=no", "-o"])
            .arg(log.with_extension("rmeta"))
            .args(&self.arguments)
            .arg(file)
            .env("RUSTC_BOOTSTRAP", "1")
            .env(key, value)
            .current_dir(&self.directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(log)?)
            .spawn()?;
        let outcome = watch(child, log, limit)?;
        Ok((outcome, fs::read_to_string(log)?))
    }
}

/// Name and file of a library: its metadata, or the macros in it.
fn library(message: &Value) -> Option<(String, PathBuf)> {
    let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
    let file = files.map(PathBuf::from).find(|file| {
        file.extension().is_some_and(|extension| extension == "rmeta" || extension == "so")
    })?;
    Some((message["target"]["name"].as_str()?.replace('-', "_"), file))
}

/// `pass` and `fail` have a folder for each topic.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(self::files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_library_is_named_as_in_code() {
        let message =
            |name: &str, files: &[&str]| json!({ "target": { "name": name }, "filenames": files });
        let runtime =
            message("async-trait", &["deps/libasync_trait.rlib", "deps/libasync_trait.rmeta"]);
        let file = PathBuf::from("deps/libasync_trait.rmeta");
        assert_eq!(library(&runtime), Some(("async_trait".to_owned(), file)));
        assert!(library(&message("macros", &["deps/libmacros.so"])).is_some());
        assert!(library(&message("ui", &["deps/ui-0123"])).is_none());
        assert!(library(&json!({ "reason": "build-finished" })).is_none());
    }
}
