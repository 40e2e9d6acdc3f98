//! Sequences with known ends, on paused time; and a randomised comparison with a model that keeps every call.

#[cfg(not(shuttle))]
mod announcements;
#[cfg(not(shuttle))]
mod concurrency;
#[cfg(not(shuttle))]
mod fleet_view;
#[cfg(not(shuttle))]
mod half_open_model;
#[cfg(any(shuttle, miri))]
mod interleavings;
#[cfg(not(shuttle))]
mod model;
#[cfg(not(shuttle))]
mod sequences;

use std::time::Duration;

use super::*;
#[cfg(not(shuttle))]
use crate::circuit_state::Cause;
use crate::circuit_state::{CircuitState, Counts};

/// Plays a script: `S` success, `F` failure, `X` ignored, `O` expects a rejection, `+1.5s` lets time pass.
async fn play(breaker: &CircuitBreaker, script: &str) {
    for step in script.split_whitespace() {
        match step.strip_prefix('+') {
            Some(time) => tokio::time::advance(seconds(time)).await,
            None => step.chars().for_each(|call| one(breaker, call)),
        }
    }
}

fn seconds(time: &str) -> Duration {
    let seconds = time.strip_suffix('s').and_then(|number| number.parse().ok());
    Duration::from_secs_f64(seconds.expect("a time like `1.5s`"))
}

fn one(breaker: &CircuitBreaker, call: char) {
    match (call, breaker.try_acquire()) {
        ('S', Ok(permit)) => permit.success(),
        ('F', Ok(permit)) => permit.failure(),
        ('X', Ok(permit)) => permit.ignore(),
        ('O', Err(_)) => {}
        (expected, got) => panic!("{expected} expected, got {got:?}"),
    }
}

/// `(requests, successes, failures, consecutive successes, consecutive failures)`
fn counts(breaker: &CircuitBreaker) -> (u64, u64, u64, u64, u64) {
    let Counts {
        requests, successes, failures, consecutive_successes, consecutive_failures, ..
    } = breaker.counts();
    (requests, successes, failures, consecutive_successes, consecutive_failures)
}

const ZEROS: (u64, u64, u64, u64, u64) = (0, 0, 0, 0, 0);
