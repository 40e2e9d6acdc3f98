//! A small program that depends on the crate, or not.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::workspace::{self, cargo};

/// What the program's functions carry.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Attributes {
    None,
    Six,
}

impl Attributes {
    pub(super) fn description(self) -> &'static str {
        match self {
            Self::None => "tokio and bare functions",
            Self::Six => "six attributes on each",
        }
    }

    fn lines(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Six => {
                "#[resilience::fallback(Ok(0))]\n#[resilience::rate_limit(\"100/s\")]\n\
                 #[resilience::bulkhead]\n#[resilience::timeout(\"1s\")]\n\
                 #[resilience::retry]\n#[resilience::circuit_breaker]\n"
            }
        }
    }
}

pub(super) type Problem = Box<dyn Error>;

/// A workspace of its own below the target directory.
pub(super) struct Program(PathBuf);

impl Program {
    pub(super) fn create() -> Result<Self, Problem> {
        let program = Self(workspace::target().join("dependencies"));
        fs::create_dir_all(program.0.join("src"))?;
        Ok(program)
    }

    /// The program with so many functions, and the crate with those features if they carry attributes.
    pub(super) fn write(
        &self,
        attributes: Attributes,
        functions: usize,
        features: &str,
    ) -> Result<(), Problem> {
        // The same versions as everywhere else.
        let _ = fs::copy(workspace::root().join("Cargo.lock"), self.0.join("Cargo.lock"));
        fs::write(self.0.join("Cargo.toml"), manifest(attributes, features))?;
        Ok(fs::write(self.0.join("src/main.rs"), source(attributes, functions))?)
    }

    /// All but our own, and the program.
    pub(super) fn crates(&self) -> Result<BTreeSet<String>, Problem> {
        let tree = output(self.cargo("tree --edges normal,build --prefix none --format {p}"))?;
        let names = tree.lines().map(|line| line.trim_end_matches(" (*)"));
        let names = names.filter(|line| !line.is_empty() && !line.contains('/'));
        Ok(names.map(str::to_owned).collect())
    }

    /// Builds into an empty directory: CPU seconds and seconds, as two cells.
    pub(super) fn build_anew(&self) -> Result<String, Problem> {
        output(self.cargo("fetch --quiet"))?;
        let _ = fs::remove_dir_all(self.0.join("target"));
        let build = self.cargo("build --quiet");
        let mut bash = Command::new("bash");
        bash.args(["-c", "TIMEFORMAT='%U %S %R'; time \"$@\"", "bash"]);
        bash.arg(build.get_program()).args(build.get_args());
        for (name, value) in build.get_envs() {
            match value {
                Some(value) => bash.env(name, value),
                None => bash.env_remove(name),
            };
        }
        let told = bash.current_dir(&self.0).output()?;
        let told = String::from_utf8_lossy(&told.stderr);
        // What the shell says comes last.
        let last = told.trim_end().lines().last().unwrap_or_default();
        let seconds: Vec<f64> = last.split(' ').filter_map(|it| it.parse().ok()).collect();
        match seconds[..] {
            [user, system, all] => Ok(format!("{:.0} | {all:.0}", user + system)),
            _ => Err(format!("the program is not built:\n{told}").into()),
        }
    }

    /// Of the program in bytes, built for release and stripped.
    pub(super) fn size(&self) -> Result<u64, Problem> {
        output(self.cargo("build --quiet --release"))?;
        Ok(fs::metadata(self.0.join("target/release/program"))?.len())
    }

    fn cargo(&self, line: &str) -> Command {
        let mut command = cargo(line);
        command.current_dir(&self.0).env("CARGO_TARGET_DIR", self.0.join("target"));
        command.env("CARGO_INCREMENTAL", "0");
        command
    }
}

fn output(mut command: Command) -> Result<String, Problem> {
    let output = command.output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        Ok(text(&output.stdout))
    } else {
        Err(text(&output.stderr).into())
    }
}

fn manifest(attributes: Attributes, features: &str) -> String {
    let mut manifest = String::from(
        "[workspace]\n\n[package]\nname = \"program\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [profile.release]\nstrip = true\n\n[dependencies]\n\
         tokio = { version = \"1\", default-features = false, features = [\"rt\", \"time\"] }\n",
    );
    if attributes == Attributes::Six {
        let runtime = workspace::root().join("resilience");
        let features: Vec<_> = features.split(',').filter(|it| !it.is_empty()).collect();
        let _ = writeln!(
            manifest,
            "resilience = {{ path = '{}', features = {features:?} }}",
            runtime.display()
        );
    }
    manifest
}

fn source(attributes: Attributes, functions: usize) -> String {
    let mut source = SHARED.to_owned();
    if attributes == Attributes::Six {
        source.push_str(REJECTIONS);
    }
    let mut calls = String::new();
    for number in 0..functions {
        let _ = write!(
            source,
            "\n{}async fn call_{number}(id: u64) -> Result<u64, Failure> {{\n    \
             let found = look_up(id).await?;\n    found.checked_add({number}).ok_or(Failure)\n}}\n",
            attributes.lines()
        );
        let _ = writeln!(calls, "        println!(\"{{:?}}\", call_{number}(id).await);");
    }
    let _ = write!(source, "{MAIN}{calls}    }});\n}}\n");
    source
}

const SHARED: &str = "\
#[derive(Debug)]
struct Failure;

async fn look_up(id: u64) -> Result<u64, Failure> {
    tokio::time::sleep(std::time::Duration::from_millis(id)).await;
    id.checked_add(1).ok_or(Failure)
}
";

const REJECTIONS: &str = "
impl From<resilience::Rejection> for Failure {
    fn from(_: resilience::Rejection) -> Self {
        Failure
    }
}
";

const MAIN: &str = "
fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let id = std::env::args().count() as u64;
    runtime.block_on(async {
";
