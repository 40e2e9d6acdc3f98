//! `cargo x test`: all tests of the workspace's default members, those included that a bare `cargo test` leaves out because
//! they take long, and xtask's own.

use std::process::ExitCode;

use crate::steps::Steps;
use crate::workspace::cargo;

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let mut steps = Steps::default();
    self::steps(&mut steps, arguments);
    steps.finish()
}

// The benches' package stays out: it would only add the peers' build time.
pub(crate) fn steps(steps: &mut Steps, arguments: &[String]) {
    let mut tests = cargo("test");
    tests.args(arguments);
    steps.run(tests);
    if arguments.is_empty() {
        steps.run(cargo("test --lib -- --ignored"));
        steps.run(cargo("test --package resilience-tests --test ui -- --ignored"));
        steps.run(cargo(
            "test --package resilience-examples --test faults --test orders -- --ignored",
        ));
        steps.run(cargo("test --package xtask"));
    }
}
