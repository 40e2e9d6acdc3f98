//! `cargo x docs`: the documentation of the two published crates and the pages of the examples, where a
//! broken link is an error.

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
    let mut pages = cargo("doc --no-deps --bins --package resilience-examples");
    pages.env("RUSTDOCFLAGS", "-D warnings");
    steps.run(pages);
}
