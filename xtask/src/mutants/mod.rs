//! `cargo x mutants`: all that `cargo mutants` would change, compiled once with a switch for each change; tests run under
//! one at a time.

mod copy;
mod crew;
mod explained;
mod list;
mod order;
mod programs;
mod reach;
mod report;
mod results;
mod sources;
mod switches;
mod text;
mod trial;

use std::io;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use copy::Copy;
use explained::Explained;
use report::Report;
use results::Results;
use trial::{Trial, units};

use crate::workspace::{root, target};

const USAGE: &str = "usage: cargo x mutants [MINUTES [SEED [PART OF A NAME [units]]]]";

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let argument = |at: usize, default| arguments.get(at).map_or(default, String::as_str);
    let (Ok(minutes), Ok(seed)) = (argument(0, "10").parse::<u64>(), argument(1, "1").parse())
    else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let only_units = argument(3, "") == "units";
    match sample(Duration::from_secs(60 * minutes), seed, argument(2, ""), only_units) {
        Ok(report) => report.finish(),
        Err(error) => {
            eprintln!("cargo x mutants: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Tries mutants for as long as told, in an order that is random and the same for each seed, with all tests or the unit
/// tests of their rooms alone.
fn sample(time: Duration, seed: u64, part: &str, only_units: bool) -> io::Result<Report> {
    let explained = Explained::read(root())?;
    let mut mutants = list::list(root())?;
    mutants.retain(|mutant| mutant.name.contains(part));
    let generated = mutants.len();
    let copy = Copy::settled(root(), target().join("mutants"), &mutants, &units(&mutants))?;
    let results = Results::open(&target().join("mutants.txt"))?;
    let report = Report::of(generated, copy.switched().len(), results, explained);
    let trial = Trial::build(&copy.root, &mutants, only_units)?;
    let report = Mutex::new(report);
    let reported = || report.lock().expect("no report panics");
    let end = Instant::now() + time;
    let mutants = order::shuffled(copy.into_switched(mutants), seed).into_iter();
    crew::each(mutants.take_while(|_| Instant::now() < end), |mutant| {
        if reported().has_caught(&mutant.name) {
            return Ok(());
        }
        match trial.run(&mutant)? {
            // It is for other tests to tell.
            None if only_units => Ok(()),
            outcome => reported().add(&mutant.name, outcome),
        }
    })?;
    Ok(report.into_inner().expect("no report panics"))
}
