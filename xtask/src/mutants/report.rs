//! What became of the mutants, told as it goes and summed up at the end.

use std::process::ExitCode;

use super::explained::{Explained, placeless};
use super::programs::Outcome;

/// More of the tried ones than this share may not survive: one in twenty, and what chance may add in a sample.
const MOST_SURVIVORS: f64 = 0.1;

#[derive(Default)]
pub(super) struct Report {
    generated: usize,
    switched: usize,
    caught: usize,
    timed_out: usize,
    explained: usize,
    survived: usize,
}

impl Report {
    pub(super) fn of(generated: usize, switched: usize) -> Self {
        println!("{generated} mutants, of which {switched} compile behind a switch");
        Report { generated, switched, ..Report::default() }
    }

    pub(super) fn add(&mut self, name: &str, outcome: Outcome, explained: &Explained) {
        match outcome {
            Outcome::Failed => self.caught += 1,
            Outcome::TimedOut => self.timed_out += 1,
            Outcome::Passed if explained.knows(name) => self.explained += 1,
            Outcome::Passed => {
                self.survived += 1;
                println!("survived: {name}\n  - `{}`: ", placeless(name));
            }
        }
    }

    /// Fails when nothing was tried or too many survive, explained or not.
    pub(super) fn finish(&self) -> ExitCode {
        let survivors = self.survived + self.explained;
        let tried = self.caught + self.timed_out + survivors;
        let share = survivors as f64 / tried as f64;
        let Report { generated, switched, caught, timed_out, explained, .. } = self;
        println!(
            "{generated} generated, {switched} compile, {tried} tried: {caught} caught, {timed_out} timed out"
        );
        println!("{survivors} survive ({:.1} %), {explained} of them explained", 100.0 * share);
        if share <= MOST_SURVIVORS { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
