//! `cargo x bless`: rewrites the files that tests compare the macros' output with.

use std::process::ExitCode;

use crate::steps::Steps;
use crate::workspace::cargo;

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let mut steps = Steps::default();
    let mut expansions = cargo("test --package resilience-macros --lib golden");
    expansions.env("RESILIENCE_BLESS", "1").args(arguments);
    steps.run(expansions);
    // `cargo x bless NAME -- trybuild=PART`: what follows the dashes is for the program of the tests.
    let dashes = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    let (names, options) = arguments.split_at(dashes);
    let mut messages = cargo("test --package resilience-tests --test ui");
    messages.env("TRYBUILD", "overwrite").args(names);
    messages.args(["--", "--ignored"]).args(options.iter().skip(1));
    steps.run(messages);
    println!(
        "\nRead the difference before you commit it: `git diff tests resilience-macros/golden`."
    );
    steps.finish()
}
