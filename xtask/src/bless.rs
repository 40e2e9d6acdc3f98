//! `cargo x bless`: rewrites the files that tests compare the macros' output with.

use std::process::ExitCode;

use crate::steps::Steps;
use crate::workspace::cargo;

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let mut steps = Steps::default();
    let mut tests = cargo("test --package resilience-tests --test expansion --test ui");
    tests.env("RESILIENCE_BLESS", "1").env("TRYBUILD", "overwrite").args(arguments);
    steps.run(tests);
    println!("\nRead the difference before you commit it: `git diff tests`.");
    steps.finish()
}
