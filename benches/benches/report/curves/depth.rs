//! A call by the number of policies in its stack.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use failsafe::StateMachine;
use failsafe::backoff::{Constant, constant};
use failsafe::failure_policy::{ConsecutiveFailures, consecutive_failures};
use failsafe::futures::CircuitBreaker as _;
use governor::DefaultDirectRateLimiter;
use resilience_benches::{Failure, answer, bare};
use tokio::sync::Semaphore;

use super::{Curve, NANOS, Words};
use crate::harness::{self, Criterion, Down, bench};
use crate::rate_limit;

const SECOND: Duration = Duration::from_secs(1);
const DEPTHS: [u32; 7] = [0, 1, 2, 3, 4, 5, 6];

pub(super) fn curve(criterion: &mut Criterion) -> Curve {
    let peers = &Peers::new();
    at(criterion, 0, bare, harness::bare);
    at(criterion, 1, one, |n| peers.one(n));
    at(criterion, 2, two, |n| peers.two(n));
    at(criterion, 3, three, |n| peers.three(n));
    at(criterion, 4, four, |n| peers.four(n));
    at(criterion, 5, five, |n| peers.five(n));
    at(criterion, 6, six, |n| peers.six(n));
    let words = Words {
        file: "stack.svg",
        title: "A call by the number of policies in its stack",
        about: "From the inside: circuit breaker, retry, timeout, bulkhead, rate limit, fallback; a call that succeeds. \
                Ours are attributes; the others are, by hand, failsafe, backon, tokio's timeout and semaphore, governor \
                and `or`.",
        x: "policies",
        y: NANOS,
    };
    Curve::new(words, &DEPTHS, &criterion.take())
}

fn at<F: Future, P: Future>(
    criterion: &mut Criterion,
    policies: u32,
    ours: impl FnMut(u64) -> F,
    peers: impl FnMut(u64) -> P,
) {
    let mut group = criterion.benchmark_group(format!("{policies} policies in a stack"));
    bench(&mut group, "resilience", ours);
    bench(&mut group, "a crate for each", peers);
    group.finish();
}

#[resilience::circuit_breaker]
async fn one(input: u64) -> Result<u64, Failure> {
    answer(input)
}

#[resilience::retry]
#[resilience::circuit_breaker]
async fn two(input: u64) -> Result<u64, Failure> {
    answer(input)
}

#[resilience::timeout("1s")]
#[resilience::retry]
#[resilience::circuit_breaker]
async fn three(input: u64) -> Result<u64, Failure> {
    answer(input)
}

#[resilience::bulkhead]
#[resilience::timeout("1s")]
#[resilience::retry]
#[resilience::circuit_breaker]
async fn four(input: u64) -> Result<u64, Failure> {
    answer(input)
}

#[resilience::rate_limit("1000000000/s")]
#[resilience::bulkhead]
#[resilience::timeout("1s")]
#[resilience::retry]
#[resilience::circuit_breaker]
async fn five(input: u64) -> Result<u64, Failure> {
    answer(input)
}

#[resilience::fallback(Ok(0))]
#[resilience::rate_limit("1000000000/s")]
#[resilience::bulkhead]
#[resilience::timeout("1s")]
#[resilience::retry]
#[resilience::circuit_breaker]
async fn six(input: u64) -> Result<u64, Failure> {
    answer(input)
}

/// The same, each from the crate that people take for it.
struct Peers {
    limiter: DefaultDirectRateLimiter,
    places: Semaphore,
    breaker: StateMachine<ConsecutiveFailures<Constant>, ()>,
}

impl Peers {
    fn new() -> Self {
        let policy = consecutive_failures(5, constant(SECOND));
        Self {
            limiter: rate_limit::governor(rate_limit::never_reached()),
            places: Semaphore::new(25),
            breaker: failsafe::Config::new().failure_policy(policy).build(),
        }
    }

    async fn one(&self, input: u64) -> Result<u64, Down> {
        self.breaker.call(harness::bare(input)).await.map_err(|_| Down)
    }

    async fn two(&self, input: u64) -> Result<u64, Down> {
        let attempt = || self.one(input);
        attempt.retry(ExponentialBuilder::default()).await
    }

    async fn three(&self, input: u64) -> Result<u64, Down> {
        tokio::time::timeout(SECOND, self.two(input)).await.unwrap_or(Err(Down))
    }

    async fn four(&self, input: u64) -> Result<u64, Down> {
        let _place = self.places.try_acquire().map_err(|_| Down)?;
        self.three(input).await
    }

    async fn five(&self, input: u64) -> Result<u64, Down> {
        self.limiter.check().map_err(|_| Down)?;
        self.four(input).await
    }

    async fn six(&self, input: u64) -> Result<u64, Down> {
        self.five(input).await.or(Ok(0))
    }
}
