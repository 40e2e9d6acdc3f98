//! `cargo x check`: everything a change must pass.

use std::process::ExitCode;

use crate::steps::Steps;
use crate::{docs, lint, test};

pub(crate) fn run() -> ExitCode {
    let mut steps = Steps::default();
    lint::steps(&mut steps);
    docs::steps(&mut steps);
    test::steps(&mut steps, &[]);
    steps.finish()
}
