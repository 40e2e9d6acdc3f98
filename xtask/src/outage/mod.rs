//! `cargo x outage`: the user service and the order client under faults, with their attributes and
//! without.

mod bare;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{fs, io};

use crate::workspace::{cargo, target};

const PROGRAMS: [&str; 2] = ["user_service", "http_client"];

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let check = arguments == ["--check"];
    if !check && !arguments.is_empty() {
        eprintln!("usage: cargo x outage [--check]");
        return ExitCode::from(2);
    }
    compare(check).unwrap_or_else(|why| {
        eprintln!("cargo x outage: {why}");
        ExitCode::FAILURE
    })
}

/// The check asks whether limits hold, not how fast anything is: a build for tests will do.
fn compare(check: bool) -> Result<ExitCode, String> {
    let profile = if check { Profile::DEV } else { Profile::RELEASE };
    let runner = profile.runner("outage")?;
    let folder = target().join("outage");
    // One after the other: both leave their programs at the same place.
    finish(&mut profile.build("resilience-examples", &PROGRAMS))?;
    let with = profile.keep(&folder.join("with")).map_err(|error| error.to_string())?;
    let bare = bare::write(&folder.join("bare")).map_err(|error| format!("bare copy: {error}"))?;
    let mut build = profile.build("resilience-examples", &PROGRAMS);
    finish(build.current_dir(bare).env("CARGO_TARGET_DIR", target()))?;
    let without = profile.keep(&folder.join("without")).map_err(|error| error.to_string())?;
    let mut compare = Command::new(runner);
    compare.args(check.then_some("--check")).args([with, without]);
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
        let mut build = cargo("build --package resilience-tests --features harness");
        finish(build.args(["--profile", self.name, "--bin", name]))?;
        Ok(self.folder().join(name))
    }

    pub(crate) fn build(self, package: &str, programs: &[&str]) -> Command {
        let mut build = cargo("build --features postgres,redis");
        build.args(["--package", package, "--profile", self.name]);
        build.args(programs.iter().flat_map(|program| ["--bin", program]));
        build
    }

    /// Copies what was built to `folder`.
    fn keep(self, folder: &Path) -> io::Result<PathBuf> {
        fs::create_dir_all(folder)?;
        for program in PROGRAMS {
            fs::copy(self.folder().join(program), folder.join(program))?;
        }
        Ok(folder.to_owned())
    }
}

pub(crate) fn finish(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}")),
        Err(error) => Err(format!("{command:?}: {error}")),
    }
}
