//! The order of the parts, and what its predicates reach; on paused time.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::Instant;

use super::Pipeline;
use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
use crate::name::Name;
use crate::rate_limit::{RateLimitConfig, RateLimiter};
use crate::rejection::{Rejection, RejectionKind};
use crate::retry::{Jitter, Retry, RetryConfig};
use crate::timeout::{Timeout, TimeoutConfig};

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

static LIMIT: Timeout = Timeout::new("pipeline", TimeoutConfig::new().after(secs(1)));

fn kind<T>(result: Result<T, Rejection>) -> Result<T, RejectionKind> {
    result.map_err(|rejection| rejection.kind())
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_turn_counts_for_the_total_limit() {
    static HOURLY: RateLimiter =
        RateLimiter::new("pipeline", RateLimitConfig::new().rate("1/h").max_wait(secs(7_200)));
    static WHOLE: Pipeline = Pipeline::new("turns").timeout(&LIMIT).rate_limit(&HOURLY);
    let call = || WHOLE.call(|| async { Ok::<_, Rejection>(()) });
    call().await.unwrap();
    let (second, start) = (kind(call().await), Instant::now());
    assert!(matches!(second, Err(RejectionKind::RateLimited | RejectionKind::TimedOut)));
    assert!(start.elapsed() <= secs(1));
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_slot_counts_for_the_total_limit() {
    static SLOT: Bulkhead =
        Bulkhead::new("pipeline", BulkheadConfig::new().max_concurrent(1).max_wait(secs(60)));
    static WHOLE: Pipeline = Pipeline::new("slots").timeout(&LIMIT).bulkhead(&SLOT);
    let (_held, start, ran) = (SLOT.try_acquire().unwrap(), Instant::now(), Cell::new(false));
    let outcome = WHOLE.call(|| async {
        ran.set(true);
        Ok(())
    });
    assert_eq!(kind(outcome.await), Err(RejectionKind::TimedOut));
    assert_eq!((start.elapsed(), ran.get()), (secs(1), false));
}

static BREAKER: CircuitBreaker =
    CircuitBreaker::new("pipeline", CircuitBreakerConfig::new().consecutive_failures(100));
static RETRY: Retry = Retry::new(
    "pipeline",
    RetryConfig::new().attempts(2).delay(Duration::from_millis(1)).jitter(Jitter::None),
);
static JUDGING: Pipeline = Pipeline::new("judging").retry(&RETRY).circuit_breaker(&BREAKER);

static FAULTY_BREAKER: CircuitBreaker =
    CircuitBreaker::new("faulty", CircuitBreakerConfig::new().consecutive_failures(100));
static FAULTY: Pipeline = Pipeline::new("faulty").retry(&RETRY).circuit_breaker(&FAULTY_BREAKER);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Failed {
    Fatal,
    Transient,
    Rejected(RejectionKind),
}

impl From<Rejection> for Failed {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection.kind())
    }
}

#[tokio::test(start_paused = true)]
async fn predicates_reach_the_breaker_and_the_retry() {
    for (error, expected) in [(Failed::Fatal, 1), (Failed::Transient, 2)] {
        let (runs, before) = (Cell::new(0), BREAKER.totals().failures);
        let call = JUDGING.when_err(|error: &Failed| *error == Failed::Transient).call(|| async {
            runs.set(runs.get() + 1);
            Err::<(), _>(error)
        });
        assert_eq!(call.await, Err(error));
        assert_eq!(runs.get(), expected);
        let failures = BREAKER.totals().failures - before;
        assert_eq!(failures, if error == Failed::Transient { 2 } else { 0 });
    }
    let runs = Cell::new(0);
    let stale = JUDGING.when_ok(|value: &u32| *value < 2).call(|| async {
        runs.set(runs.get() + 1);
        Ok::<_, Failed>(runs.get())
    });
    assert_eq!(stale.await, Ok(2));
}

static HINTED: Pipeline = Pipeline::new("hinted").retry(&RETRY);

#[tokio::test(start_paused = true)]
async fn a_hint_reaches_the_retry() {
    let start = Instant::now();
    let hinted = HINTED.retry_after(|_: &Failed| Some(secs(7)));
    let call = hinted.call(|| async { Err::<(), _>(Failed::Transient) });
    assert_eq!((call.await, start.elapsed()), (Err(Failed::Transient), secs(7)));
}

#[tokio::test(start_paused = true)]
async fn guarded_it_keeps_rejections_apart() {
    static FULL: Bulkhead =
        Bulkhead::new("pipeline, full", BulkheadConfig::new().max_concurrent(1));
    static WHOLE: Pipeline = Pipeline::new("guarded").bulkhead(&FULL);
    let _held = FULL.try_acquire().unwrap();
    let outcome = WHOLE.guard(|| async { Ok(Ok::<(), Failed>(())) }).await;
    assert_eq!(outcome.unwrap_err().kind(), RejectionKind::BulkheadFull);
}

#[tokio::test(start_paused = true)]
async fn an_injected_fault_is_a_failure_for_every_part() {
    let fault = Rejection::Injected { policy: Name::new("outage") };
    let runs = Cell::new(0);
    let outcome: Result<Result<(), Failed>, _> = FAULTY
        .guard(|| {
            runs.set(runs.get() + 1);
            std::future::ready(Err(fault))
        })
        .await;
    assert_eq!((outcome, runs.get()), (Err(fault), 2));
    assert_eq!(FAULTY_BREAKER.totals().failures, 2);
}
