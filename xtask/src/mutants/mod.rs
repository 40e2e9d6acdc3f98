//! `cargo x mutants`: all that `cargo mutants` would change, compiled once with a switch for each change; tests run under
//! one at a time.

mod copy;
mod explained;
mod list;
mod order;
mod programs;
mod report;
mod switches;
mod text;
mod trial;

use std::io;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use copy::Copy;
use explained::Explained;
use report::Report;
use trial::Trial;

use crate::workspace::{root, target};

const USAGE: &str = "usage: cargo x mutants [MINUTES [SEED [PART OF A NAME]]]";

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let argument = |at: usize, default| arguments.get(at).map_or(default, String::as_str);
    let (Ok(minutes), Ok(seed)) = (argument(0, "10").parse::<u64>(), argument(1, "1").parse())
    else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match sample(Duration::from_secs(60 * minutes), seed, argument(2, "")) {
        Ok(report) => report.finish(),
        Err(error) => {
            eprintln!("cargo x mutants: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Tries mutants for as long as told, in an order that is random and the same for each seed.
fn sample(time: Duration, seed: u64, part: &str) -> io::Result<Report> {
    let explained = Explained::read(root())?;
    let mutants = list::list(root())?;
    let generated = mutants.len();
    let copy = Copy::settled(root(), target().join("mutants"), &mutants)?;
    let mut report = Report::of(generated, copy.switched().len());
    let trial = Trial::build(&copy.root)?;
    let end = Instant::now() + time;
    for mutant in order::shuffled(copy.into_switched(mutants), seed) {
        if Instant::now() > end {
            break;
        }
        if mutant.name.contains(part) {
            report.add(&mutant.name, trial.run(&mutant)?, &explained);
        }
    }
    Ok(report)
}
