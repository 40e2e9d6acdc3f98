//! `cargo x soak [MINUTES [SEED]]`: random faults for so long, then a leak check.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::outage::{Profile, finish};

const PROGRAMS: [&str; 3] = ["user_service", "http_client", "limited_api"];

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    match build() {
        Ok((runner, programs)) => {
            let soaked = Command::new(runner).arg(programs).args(arguments).status();
            if soaked.is_ok_and(|status| status.success()) {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(why) => {
            eprintln!("cargo x soak: {why}");
            ExitCode::FAILURE
        }
    }
}

/// What runs, and the folder of what it runs.
fn build() -> Result<(PathBuf, PathBuf), String> {
    let profile = Profile::RELEASE;
    finish(&mut profile.build(&PROGRAMS.map(str::to_owned)))?;
    Ok((profile.runner("soak")?, profile.folder()))
}
