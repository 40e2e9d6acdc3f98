//! The retry: its arithmetic against models, its calls on paused time.

mod arithmetic;
mod budgets;
#[cfg(feature = "test-util")]
mod calls;
mod configs;
#[cfg(any(shuttle, miri))]
mod interleavings;
#[cfg(feature = "test-util")]
mod limits;
#[cfg(feature = "test-util")]
mod stacks;

use std::time::Duration;

use crate::rejection::Rejection;
use crate::retry::{Backoff, Jitter, RetryConfig};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Without chance.
const fn steady(delay: Duration) -> RetryConfig {
    RetryConfig::new().delay(delay).backoff(Backoff::Fixed).jitter(Jitter::None)
}

/// How a body of these tests fails.
#[derive(Debug, PartialEq)]
enum Fault {
    Body(u32),
    Rejected(Rejection),
}

impl From<Rejection> for Fault {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}
