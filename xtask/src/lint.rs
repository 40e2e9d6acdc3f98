//! `cargo x lint`: formatting, the layers of the house, and clippy over every feature set.

use std::process::ExitCode;

use crate::steps::Steps;
use crate::structure;
use crate::workspace::cargo;

// The workspace's run unifies all features; each of these sees the runtime crate as a user with
// that choice does, where an item gated wrongly is dead or missing.
const RUNTIME_FEATURES: [&str; 14] = [
    "",
    "serde",
    "axum",
    "metrics",
    "opentelemetry",
    "tower",
    "test-util",
    "overrides",
    "http",
    "reqwest",
    "tonic",
    "sqlx",
    "redis",
    "axum,tower",
];

pub(crate) fn run() -> ExitCode {
    let mut steps = Steps::default();
    self::steps(&mut steps);
    steps.finish()
}

pub(crate) fn steps(steps: &mut Steps) {
    steps.run(cargo("fmt --all --check"));
    structure::steps(steps);
    steps.run(clippy("--workspace --all-targets"));
    // Programs that ask for features.
    steps.run(clippy("--package resilience-benches --bins --all-features"));
    for features in RUNTIME_FEATURES {
        steps.run(clippy(&format!("--package resilience --features={features}")));
    }
}

fn clippy(what: &str) -> std::process::Command {
    cargo(&format!("clippy --quiet {what} -- -D warnings"))
}
