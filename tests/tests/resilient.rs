//! `#[resilient]`: the standard pipeline, on a function and shared.

use std::cell::Cell;
use std::pin::pin;
use std::time::Duration;

use futures_util::poll;
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreakerConfig, CircuitState, Pipeline, Rejection,
    RejectionKind, RetryConfig, presets, registry, resilient, retry, timeout,
};
use tokio::time::Instant;

#[derive(Debug, PartialEq)]
enum Failed {
    Transient,
    Fatal,
    Refused(RejectionKind),
}

impl From<Rejection> for Failed {
    fn from(rejection: Rejection) -> Self {
        Self::Refused(rejection.kind())
    }
}

#[resilient]
async fn bare(runs: &Cell<u32>) -> Result<(), Failed> {
    runs.set(runs.get() + 1);
    Err(Failed::Transient)
}

#[tokio::test(start_paused = true)]
async fn bare_it_has_a_timeout_and_a_breaker_and_runs_the_body_once() {
    let runs = Cell::new(0);
    assert_eq!(bare(&runs).await, Err(Failed::Transient));
    assert_eq!(runs.get(), 1);
    let breaker = registry().circuit_breaker("resilient::bare.circuit_breaker").unwrap();
    assert_eq!(breaker.counts().failures, 1);
    assert!(registry().timeout("resilient::bare.timeout").is_some());
    assert!(registry().timeout("resilient::bare.attempt_timeout").is_none());
    assert!(registry().retries().all(|retry| !retry.name().starts_with("resilient::bare")));
}

#[resilient(retry(off), bulkhead(off), fallback(off))]
async fn never_retried(runs: &Cell<u32>) -> Result<(), Failed> {
    runs.set(runs.get() + 1);
    Err(Failed::Transient)
}

#[tokio::test(start_paused = true)]
async fn a_part_that_is_no_default_may_be_switched_off() {
    let runs = Cell::new(0);
    never_retried(&runs).await.unwrap_err();
    assert_eq!(runs.get(), 1);
    assert!(registry().timeout("resilient::never_retried.timeout").is_some());
}

#[tokio::test(start_paused = true)]
async fn parts_are_tuned_and_switched_off() {
    for (error, expected) in [(Failed::Transient, 5), (Failed::Fatal, 1)] {
        let runs = Cell::new(0);
        tuned(&runs, &error).await.unwrap_err();
        assert_eq!(runs.get(), expected);
    }
    assert!(
        registry().timeout("resilient::tuned.attempt_timeout").is_some(),
        "it comes with a retry"
    );
    assert!(registry().circuit_breaker("resilient::tuned.circuit_breaker").is_none());
}

#[resilient(
    retry(attempts = 5, delay = "1ms"),
    timeout("20s"),
    circuit_breaker(off),
    when_err = |error| *error == Failed::Transient,
)]
async fn tuned(runs: &Cell<u32>, error: &Failed) -> Result<(), Failed> {
    runs.set(runs.get() + 1);
    Err(if *error == Failed::Transient { Failed::Transient } else { Failed::Fatal })
}

#[resilient(retry(attempts = 5), timeout("10s"), circuit_breaker(off))]
async fn short() -> Result<(), Failed> {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn the_limit_on_attempts_gives_way_to_a_shorter_limit_on_the_whole() {
    let start = Instant::now();
    assert_eq!(short().await, Err(Failed::Refused(RejectionKind::TimedOut)));
    assert_eq!(start.elapsed(), Duration::from_secs(10));
}

#[resilient(
    name = "payments",
    rate_limit("1000/s"),
    bulkhead(max_concurrent = 2),
    retry(config = presets::AGGRESSIVE, attempts = 3, delay = "1ms", budget = 1.0),
    circuit_breaker(consecutive_failures = 2),
    attempt_timeout("1s")
)]
static PAYMENTS: Pipeline;

#[resilient(PAYMENTS, fallback(|error| Ok(format!("{error:?}"))))]
async fn charge(runs: &Cell<u32>, hang: bool) -> Result<String, Failed> {
    runs.set(runs.get() + 1);
    if hang {
        std::future::pending::<()>().await;
    }
    Ok("charged".to_owned())
}

#[resilient(PAYMENTS)]
async fn refund(order: &mut u32) -> Result<u32, Failed> {
    *order += 1;
    Ok(*order)
}

#[tokio::test(start_paused = true)]
async fn a_shared_policy_guards_many_functions() {
    let runs = Cell::new(0);
    assert_eq!(charge(&runs, false).await.unwrap(), "charged");
    assert_eq!(refund(&mut 1).await, Ok(2));
    let start = Instant::now();
    assert_eq!(charge(&runs, true).await.unwrap(), "Refused(CircuitOpen)");
    assert!(start.elapsed() >= Duration::from_secs(2), "two attempts of a second each");
    assert_eq!(runs.get(), 3);
    let breaker = registry().circuit_breaker("payments.circuit_breaker").unwrap();
    assert_eq!(breaker.state(), CircuitState::Open);
    assert_eq!(refund(&mut 1).await, Err(Failed::Refused(RejectionKind::CircuitOpen)));
    assert_eq!(
        registry().pipeline("payments").unwrap().parts().retry.unwrap().name(),
        "payments.retry"
    );
    assert_eq!(registry().bulkhead("payments.bulkhead").unwrap().in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_policy_without_retry_leaves_the_attempt_number_of_an_outer_one_alone() {
    #[resilient(circuit_breaker(off))]
    static CALM: Pipeline;
    #[resilient(CALM)]
    async fn inner() -> Result<u32, Failed> {
        Ok(resilience::attempt())
    }
    #[retry(when_ok = |attempt| *attempt < 3)]
    async fn outer() -> Result<u32, Failed> {
        inner().await
    }
    assert_eq!(outer().await, Ok(3));
}

#[resilient(name = "named whole", timeout("1s"), circuit_breaker(name = "named part"), retry)]
async fn named() -> Result<(), Failed> {
    Ok(())
}

#[tokio::test]
async fn a_whole_is_listed_and_a_part_may_have_a_name_of_its_own() {
    named().await.unwrap();
    let whole = registry().pipeline("named whole").expect("before its first call");
    assert_eq!(whole.parts().circuit_breaker.unwrap().name(), "named part");
    assert_eq!(whole.parts().retry.unwrap().name(), "named whole.retry");
    assert!(whole.parts().bulkhead.is_none());
    assert!(registry().circuit_breaker("named part").is_some());
    let bare = registry().pipeline("resilient::bare").expect("under its default name");
    assert_eq!(bare.parts().timeout.unwrap().name(), "resilient::bare.timeout");
}

#[resilient(name = "spelt out", retry(when_err = over_budget), timeout("5s", name = "spelt out, whole",))]
async fn spelt_out() -> Result<(), Failed> {
    Ok(())
}

fn over_budget(error: &Failed) -> bool {
    *error == Failed::Transient
}

#[tokio::test]
async fn defaults_go_by_what_is_said_and_not_by_how() {
    spelt_out().await.unwrap();
    let parts = registry().pipeline("spelt out").unwrap().parts();
    assert_eq!(parts.retry.unwrap().config(), &RetryConfig::new().budget(0.2));
    assert!(parts.attempt_timeout.is_none(), "ten seconds would be more than the whole");
}

macro_rules! declared {
    ($name:ident: $policy:ty) => {
        #[resilience::circuit_breaker]
        static $name: $policy;
    };
}

declared!(PER_HOST: resilience::Keyed<resilience::CircuitBreaker>);

#[test]
fn a_type_may_come_from_a_macro() {
    assert!(PER_HOST.get("host").try_acquire().is_ok());
}

static SLOTS: Bulkhead = Bulkhead::new("dropped_inside", BulkheadConfig::new().max_concurrent(1));

struct Held<'s>(&'s Cell<u32>);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.set(SLOTS.in_flight());
    }
}

#[resilient(retry(attempts = 1), bulkhead(SLOTS), timeout(off), attempt_timeout("1s"))]
async fn hangs(seen: &Cell<u32>) -> Result<(), Failed> {
    let _held = Held(seen);
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn a_body_is_dropped_before_its_slot_is_given_back() {
    let seen = Cell::new(0);
    assert!(hangs(&seen).await.is_err());
    assert_eq!((seen.take(), SLOTS.in_flight()), (1, 0));
    {
        let mut hanging = pin!(hangs(&seen));
        assert!(poll!(hanging.as_mut()).is_pending());
    }
    assert_eq!((seen.take(), SLOTS.in_flight()), (1, 0));
}

static CUT_OFF: resilience::CircuitBreaker =
    resilience::CircuitBreaker::new("cut_off", CircuitBreakerConfig::new().consecutive_failures(1));

#[tokio::test(start_paused = true)]
async fn the_limit_on_the_whole_ends_an_attempt_and_its_breaker_knows_why() {
    #[resilient(timeout("150ms"), retry(attempts = 2, delay = "0ms"), circuit_breaker(CUT_OFF))]
    async fn hangs(runs: &Cell<u32>) -> Result<(), Failed> {
        runs.set(runs.get() + 1);
        std::future::pending().await
    }
    let (runs, start) = (Cell::new(0), Instant::now());
    assert_eq!(hangs(&runs).await, Err(Failed::Refused(RejectionKind::TimedOut)));
    assert_eq!((runs.get(), start.elapsed()), (1, Duration::from_millis(150)));
    assert_eq!(CUT_OFF.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn the_limit_on_the_whole_bounds_all_attempts() {
    #[resilient(timeout("150ms"), retry(attempts = 10, delay = "0ms"), circuit_breaker(off))]
    async fn slow(runs: &Cell<u32>) -> Result<(), Failed> {
        runs.set(runs.get() + 1);
        tokio::time::sleep(Duration::from_millis(60)).await;
        Err(Failed::Transient)
    }
    let (runs, start) = (Cell::new(0), Instant::now());
    assert_eq!(slow(&runs).await, Err(Failed::Refused(RejectionKind::TimedOut)));
    assert_eq!((runs.get(), start.elapsed()), (3, Duration::from_millis(150)));
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_after_the_limit_further_out() {
    #[resilient(retry)]
    async fn late(runs: &Cell<u32>) -> Result<(), Failed> {
        runs.set(runs.get() + 1);
        Ok(())
    }
    #[timeout("20ms")]
    async fn calls_it_late(runs: &Cell<u32>) -> Result<(), Failed> {
        tokio::time::advance(Duration::from_millis(30)).await;
        late(runs).await
    }
    let runs = Cell::new(0);
    let outcome = calls_it_late(&runs).await;
    assert_eq!(outcome, Err(Failed::Refused(RejectionKind::DeadlineExceeded)));
    assert_eq!(runs.get(), 0);
}
