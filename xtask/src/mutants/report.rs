//! What became of the mutants, told as it goes and summed up at the end.

use std::io;
use std::process::ExitCode;

use super::explained::{Explained, placeless};
use super::programs::Outcome;
use super::results::Results;

/// More of the tried ones than this share may not survive unexplained: one in twenty, and what chance may add in a sample.
const MOST_SURVIVORS: f64 = 0.1;

/// How many are tried between two lines about how far it is.
const SHOWN_EACH: usize = 100;

pub(super) struct Report {
    results: Results,
    explained: Explained,
    generated: usize,
    switched: usize,
    caught: usize,
    timed_out: usize,
    survived: usize,
    of_them_explained: usize,
}

impl Report {
    pub(super) fn of(
        generated: usize,
        switched: usize,
        results: Results,
        explained: Explained,
    ) -> Self {
        println!("{generated} mutants, of which {switched} compile behind a switch");
        let (caught, timed_out, survived, of_them_explained) = (0, 0, 0, 0);
        Report {
            results,
            explained,
            generated,
            switched,
            caught,
            timed_out,
            survived,
            of_them_explained,
        }
    }

    /// Counts what an earlier run has caught, which need not be tried again.
    pub(super) fn has_caught(&mut self, name: &str) -> bool {
        let is_caught = self.results.is_caught(name);
        self.caught += usize::from(is_caught);
        is_caught
    }

    pub(super) fn add(&mut self, name: &str, outcome: Option<Outcome>) -> io::Result<()> {
        self.results.add(name, outcome)?;
        match outcome {
            Some(Outcome::Failed) => self.caught += 1,
            Some(Outcome::TimedOut) => self.timed_out += 1,
            Some(Outcome::Passed) | None => self.survives(name, outcome.is_some()),
        }
        if self.tried().is_multiple_of(SHOWN_EACH) {
            println!("{} tried, {} survive", self.tried(), self.survived);
        }
        Ok(())
    }

    fn survives(&mut self, name: &str, is_reached: bool) {
        self.survived += 1;
        if self.explained.knows(name) {
            self.of_them_explained += 1;
        } else {
            let how = if is_reached { "survived" } else { "not reached by a test" };
            println!("{how}: {name}\n  - `{}`: ", placeless(name));
        }
    }

    fn tried(&self) -> usize {
        self.caught + self.timed_out + self.survived
    }

    /// Fails when nothing was tried or too many survive that `docs/mutants.md` does not explain.
    pub(super) fn finish(&self) -> ExitCode {
        let share = self.survived as f64 / self.tried() as f64;
        let Report { generated, switched, caught, timed_out, survived, of_them_explained, .. } =
            self;
        println!(
            "{generated} generated, {switched} compile, {} tried: {caught} caught, {timed_out} timed out",
            self.tried()
        );
        println!(
            "{survived} survive ({:.1} %), {of_them_explained} of them explained",
            100.0 * share
        );
        let unexplained = (survived - of_them_explained) as f64 / self.tried() as f64;
        if unexplained <= MOST_SURVIVORS { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
