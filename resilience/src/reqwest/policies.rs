//! What guards the requests of the clients of one name.

use std::time::Duration;

use parking_lot::Mutex;

use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
use crate::keyed::Keyed;
use crate::registry::registry;
use crate::retry::{Retry, RetryConfig};
use crate::timeout::{Timeout, TimeoutConfig};

const ATTEMPT: Duration = Duration::from_secs(10);
const BUDGET: f64 = 0.2;
/// A host that fails from one moment to the next is left alone before half of a window has failed.
const BREAKER: CircuitBreakerConfig =
    CircuitBreakerConfig::new().failure_rate(0.5).consecutive_failures(10);

/// Listed policies: they live as long as the program.
#[derive(Debug)]
pub(super) struct Policies {
    name: &'static str,
    pub(super) total: &'static Timeout,
    pub(super) retry: &'static Retry,
    pub(super) hosts: &'static Keyed<CircuitBreaker>,
    pub(super) attempt: &'static Timeout,
}

impl Policies {
    /// Those of that name, made when it is first asked for.
    pub(super) fn named(name: &'static str) -> &'static Self {
        static NAMED: Mutex<Vec<&'static Policies>> = Mutex::new(Vec::new());
        let mut named = NAMED.lock();
        if let Some(known) = named.iter().find(|policies| policies.name == name) {
            return known;
        }
        let new: &'static Self = Box::leak(Box::new(Self::new(name)));
        named.push(new);
        new
    }

    fn new(name: &'static str) -> Self {
        let attempt = format!("{name}.attempt").leak();
        let limit = TimeoutConfig::new().after(ATTEMPT);
        Self {
            name,
            total: registry().insert(Timeout::new(name, TimeoutConfig::new())),
            retry: registry().insert(Retry::new(name, RetryConfig::new().budget(BUDGET))),
            hosts: registry().insert(Keyed::<CircuitBreaker>::new(name, BREAKER)),
            attempt: registry().insert(Timeout::new(attempt, limit)),
        }
    }
}
