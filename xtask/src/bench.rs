//! `cargo x bench`: times beside those of peer libraries, in one run; `cargo x report`: the same, and plots, as a page.

use std::process::ExitCode;

use crate::steps::Steps;
use crate::workspace::cargo;

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let mut steps = Steps::default();
    let mut bench = cargo("bench --package resilience-benches --bench peers --");
    bench.args(arguments);
    steps.run(bench);
    if arguments.is_empty() {
        steps.run(cargo("bench --package resilience-benches --bench side_by_side"));
    }
    steps.finish()
}

pub(crate) fn report(arguments: &[String]) -> ExitCode {
    let mut steps = Steps::default();
    let mut report = cargo("bench --package resilience-benches --bench report --");
    report.args(arguments);
    steps.run(report);
    steps.finish()
}
