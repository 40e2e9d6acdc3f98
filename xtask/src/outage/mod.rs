//! `cargo x outage`: the user service, the order client and the one-line HTTP client under faults, with what guards them
//! and without; and a database that is overloaded, with an adaptive limit and without (`--overload`: that alone).

mod bare;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::workspace::{cargo, target};

const PROGRAMS: [&str; 3] = ["user_service", "http_client", "pictures"];

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if !matches!(arguments[..], [] | ["--check" | "--overload"] | ["--picture", _]) {
        eprintln!("usage: cargo x outage [--check | --overload | --picture FILE]");
        return ExitCode::from(2);
    }
    compare(&arguments).unwrap_or_else(|why| {
        eprintln!("cargo x outage: {why}");
        ExitCode::FAILURE
    })
}

/// The check asks whether limits hold, not how fast anything is: a build for tests will do.
fn compare(arguments: &[&str]) -> Result<ExitCode, String> {
    let profile = if arguments == ["--check"] { Profile::DEV } else { Profile::RELEASE };
    let runner = profile.runner("outage")?;
    finish(&mut profile.build(&PROGRAMS.map(str::to_owned)))?;
    let folder = target().join("outage");
    let bare = bare::write(&folder).map_err(|error| format!("no bare copy: {error}"))?;
    let names = PROGRAMS.map(bare::name);
    finish(profile.build(&names).current_dir(bare).env("CARGO_TARGET_DIR", target()))?;
    let [with, without] = [PROGRAMS.map(str::to_owned), names].map(|names| profile.paths(&names));
    let mut compare = Command::new(runner);
    compare.args(arguments).args(with).args(without);
    let status = compare.status().map_err(|error| error.to_string())?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How things are built, and where that leaves them.
#[derive(Clone, Copy)]
pub(crate) struct Profile {
    name: &'static str,
    folder: &'static str,
}

impl Profile {
    const DEV: Self = Self { name: "dev", folder: "debug" };
    pub(crate) const RELEASE: Self = Self { name: "release", folder: "release" };

    pub(crate) fn folder(self) -> PathBuf {
        target().join(self.folder)
    }

    /// The harness's program of that name, built.
    pub(crate) fn runner(self, name: &str) -> Result<PathBuf, String> {
        let mut build = cargo("build --package resilience-harness");
        finish(build.args(["--profile", self.name, "--bin", name]))?;
        Ok(self.folder().join(name))
    }

    /// What builds these examples.
    pub(crate) fn build(self, programs: &[String]) -> Command {
        let mut build = cargo("build --package resilience-examples --features postgres,redis");
        build.args(["--profile", self.name]);
        build.args(programs.iter().flat_map(|program| ["--bin", program]));
        build
    }

    fn paths(self, programs: &[String]) -> Vec<PathBuf> {
        programs.iter().map(|program| self.folder().join(program)).collect()
    }
}

pub(crate) fn finish(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}")),
        Err(error) => Err(format!("{command:?}: {error}")),
    }
}
