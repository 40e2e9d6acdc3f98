//! Random sequences that can be had again by their seed.

use std::env;
use std::fmt::Arguments;
use std::ops::RangeBounds;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use tokio::runtime::Builder;

/// How many sequences of each model, and the seed of the first one.
const COUNT: &str = "RESILIENCE_PROOF_SEQUENCES";
const SEED: &str = "RESILIENCE_PROOF_SEED";

/// Where the choices of one sequence come from.
pub struct Chance {
    random: fastrand::Rng,
    is_told: bool,
}

impl Chance {
    fn new(model: &str, seed: u64, is_told: bool) -> Self {
        // Models that get the same seed do not make the same choices.
        let model = model.bytes().fold(0, |sum: u64, byte| sum.wrapping_mul(31) + u64::from(byte));
        let random = fastrand::Rng::with_seed(model.rotate_left(32) ^ seed);
        Self { random, is_told }
    }

    /// Uniform in the range.
    pub fn of(&mut self, range: impl RangeBounds<u64>) -> u64 {
        self.random.u64(range)
    }

    pub fn small(&mut self, range: impl RangeBounds<u32>) -> u32 {
        self.random.u32(range)
    }

    /// A place in a list of that length.
    pub fn place(&mut self, length: usize) -> usize {
        self.random.usize(..length)
    }

    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.place(all.len())].clone()
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u32) -> bool {
        self.small(..times) == 0
    }

    pub fn maybe<T>(&mut self, some: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.once_in(2).then(|| some(self))
    }

    /// One step, shown when a failed sequence is run again.
    pub fn tell(&self, step: Arguments<'_>) {
        if self.is_told {
            eprintln!("  {step}");
        }
    }
}

/// Runs random sequences of a model, each under a paused clock of its own. The first one that fails is run again with
/// its steps shown, and its seed is told.
pub fn prove(model: &str, sequence: &impl AsyncFn(&mut Chance)) {
    let (count, first) = (number(COUNT).unwrap_or(200), number(SEED).unwrap_or(1));
    for seed in first..first.saturating_add(count) {
        let run = |is_told| {
            let mut chance = Chance::new(model, seed, is_told);
            let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
            runtime.unwrap().block_on(sequence(&mut chance));
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(false))) {
            eprintln!("the sequence of seed {seed}; again: cargo x prove 1 {seed} {model}");
            let again = catch_unwind(AssertUnwindSafe(|| run(true)));
            if again.is_ok() {
                eprintln!("this time it held: what it met was chance of the library's own");
            }
            resume_unwind(panic);
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: `{text}`")))
}
