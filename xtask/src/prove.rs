//! `cargo x prove [COUNT [SEED [MODEL]]]`: random sequences against the reference models.

use std::process::{Command, ExitCode};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::workspace::cargo;

const COUNT: &str = "1000000";
const MODELS: [&str; 6] = ["attempts", "breaker", "bulkhead", "keys", "stacks", "turns"];

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let mut arguments = arguments.iter().cloned();
    let count = arguments.next().unwrap_or_else(|| COUNT.to_owned());
    let seed = arguments.next().unwrap_or_else(fresh_seed);
    let model = arguments.next().unwrap_or_default();
    if !model.is_empty() && !MODELS.contains(&&*model) {
        eprintln!("cargo x prove: there is no model `{model}`: write one of {}", MODELS.join(", "));
        return ExitCode::FAILURE;
    }
    println!("{count} sequences of each model, from seed {seed} on");
    let proved = tests(&model)
        .env("RESILIENCE_PROOF_SEQUENCES", count)
        .env("RESILIENCE_PROOF_SEED", seed)
        .status();
    if proved.is_ok_and(|status| status.success()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// With optimisations, checks of overflows and all assertions.
fn tests(model: &str) -> Command {
    let mut tests = cargo("test --package resilience-tests --test proofs --release");
    tests
        .env("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "true")
        .env("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true")
        .env("CARGO_TARGET_DIR", "target/prove")
        .arg(format!("models::{model}"));
    tests
}

/// Another one each time.
fn fresh_seed() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    now.as_secs().to_string()
}
