//! `cargo x docs`: the documentation of the two published crates, where a broken link is an error.

use std::process::ExitCode;

use crate::steps::Steps;
use crate::workspace::cargo;

pub(crate) fn run() -> ExitCode {
    let mut steps = Steps::default();
    self::steps(&mut steps);
    steps.finish()
}

pub(crate) fn steps(steps: &mut Steps) {
    let mut doc =
        cargo("doc --no-deps --all-features --package resilience-macros --package resilience");
    doc.env("RUSTDOCFLAGS", "-D warnings");
    steps.run(doc);
}
