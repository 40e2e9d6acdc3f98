//! `cargo x bless`: rewrites the files that tests compare the macros' output with.

use std::process::ExitCode;

use crate::steps::Steps;
use crate::workspace::cargo;

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let mut steps = Steps::default();
    let mut expansions = cargo("test --package resilience-macros --lib golden");
    expansions.env("RESILIENCE_BLESS", "1").args(arguments);
    steps.run(expansions);
    let mut messages = cargo("test --package resilience-tests --test ui");
    messages.env("TRYBUILD", "overwrite").args(arguments);
    steps.run(messages);
    println!(
        "\nRead the difference before you commit it: `git diff tests resilience-macros/golden`."
    );
    steps.finish()
}
