//! Who starts when, who wins, and what becomes of the rest; on paused time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::*;
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
use crate::rejection::Rejection;

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn hedge_of(max: u32) -> Hedge {
    Hedge::new("hedge", HedgeConfig::new().after(millis(50)).max_attempts(max))
}

#[test]
fn the_documented_defaults_are_the_defaults() {
    assert_eq!(HedgeConfig::new(), HedgeConfig::new().after(millis(50)).max_attempts(2));
}

/// Runs attempts that take and answer what the script says; when each began, the answer, and how long it all took.
async fn run(
    hedge: &Hedge,
    script: &[(u64, Result<u32, u32>)],
) -> (Vec<Duration>, Result<u32, u32>, Duration) {
    let (start, began) = (Instant::now(), RefCell::new(Vec::new()));
    let attempt = || async {
        let number = began.borrow().len();
        began.borrow_mut().push(start.elapsed());
        sleep(millis(script[number].0)).await;
        script[number].1
    };
    let answer = hedge.call(attempt).await;
    (began.into_inner(), answer, start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_quick_answer_needs_no_second_attempt() {
    let hedge = hedge_of(2);
    let (began, answer, _) = run(&hedge, &[(49, Ok(1))]).await;
    assert_eq!((began.len(), answer, hedge.totals().hedged), (1, Ok(1), 0));
}

#[tokio::test(start_paused = true)]
async fn the_first_success_wins() {
    let (began, answer, took) = run(&hedge_of(2), &[(200, Ok(1)), (20, Ok(2))]).await;
    assert_eq!(began, [millis(0), millis(50)]);
    assert_eq!((answer, took), (Ok(2), millis(70)));
}

#[tokio::test(start_paused = true)]
async fn never_more_than_max() {
    let (began, answer, took) =
        run(&hedge_of(3), &[(500, Ok(1)), (500, Ok(2)), (500, Ok(3))]).await;
    assert_eq!(began, [millis(0), millis(50), millis(100)]);
    assert_eq!((answer, took), (Ok(1), millis(500)));
}

#[tokio::test(start_paused = true)]
async fn an_early_failure_starts_the_next_at_once() {
    let (began, answer, took) = run(&hedge_of(3), &[(10, Err(1)), (10, Err(2)), (10, Ok(3))]).await;
    assert_eq!(began, [millis(0), millis(10), millis(20)]);
    assert_eq!((answer, took), (Ok(3), millis(30)));
}

#[tokio::test(start_paused = true)]
async fn a_failure_waits_for_those_that_still_run() {
    let (_, answer, took) = run(&hedge_of(2), &[(200, Ok(1)), (10, Err(2))]).await;
    assert_eq!((answer, took), (Ok(1), millis(200)));
}

#[tokio::test(start_paused = true)]
async fn when_all_fail_the_last_error_is_returned() {
    let (_, answer, took) = run(&hedge_of(2), &[(200, Err(1)), (10, Err(2))]).await;
    assert_eq!((answer, took), (Err(1), millis(200)));
}

#[tokio::test(start_paused = true)]
async fn losers_are_gone_before_the_answer_is_read() {
    let (hedge, running) = (hedge_of(3), Rc::new(()));
    let attempt = || {
        let (number, running) = (Rc::strong_count(&running), Rc::clone(&running));
        async move {
            sleep(if number == 2 { millis(120) } else { millis(1_000) }).await;
            drop(running);
            Ok::<_, Rejection>(())
        }
    };
    let mut call = std::pin::pin!(hedge.call(attempt));
    call.as_mut().await.unwrap();
    assert_eq!(
        (hedge.totals().hedged, Rc::strong_count(&running)),
        (2, 1),
        "the call is still held"
    );
}

#[tokio::test(start_paused = true)]
async fn losers_are_dropped_at_once_and_their_permits_cancelled() {
    let breaker = CircuitBreaker::new("inner", CircuitBreakerConfig::new());
    let (hedge, count) = (hedge_of(2), Cell::new(0));
    let attempt = || {
        count.set(count.get() + 1);
        let took = if count.get() == 1 { 500 } else { 10 };
        breaker.call(async move {
            sleep(millis(took)).await;
            Ok::<_, Rejection>(took)
        })
    };
    assert_eq!(hedge.call(attempt).await.unwrap(), 10);
    assert_eq!((breaker.totals().successes, breaker.totals().cancelled), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn predicates_say_what_a_failure_is() {
    let hedge = hedge_of(3);
    let calls = Cell::new(0);
    let numbered = |answer: fn(u32) -> Result<u32, u32>| {
        calls.set(0);
        let calls = &calls;
        move || {
            calls.set(calls.get() + 1);
            std::future::ready(answer(calls.get()))
        }
    };
    let fatal = hedge.when_err(|error: &u32| *error > 1).call(numbered(Err)).await;
    assert_eq!((fatal, calls.get()), (Err(1), 1), "an error that is no failure ends the call");
    let stale = hedge.when_ok(|value: &u32| *value < 3).call(numbered(Ok)).await;
    assert_eq!((stale, calls.get()), (Ok(3), 3));

    let breaker = CircuitBreaker::new("open", CircuitBreakerConfig::new());
    breaker.force_open();
    for (retried, expected) in [(false, 1), (true, 3)] {
        calls.set(0);
        let attempt = || {
            calls.set(calls.get() + 1);
            breaker.guard(async { Ok(Ok::<u32, u32>(1)) })
        };
        let outcome = hedge.when_rejected(|_: &Rejection| retried).guard(attempt).await;
        assert!(outcome.is_err());
        assert_eq!(calls.get(), expected);
    }
}

#[test]
fn the_last_attempt_begins_after_the_pauses_before_it() {
    let config = HedgeConfig::new().after(millis(50)).max_attempts(3);
    assert_eq!(config.worst_case(Some(millis(1_000))), Some(millis(1_100)));
    assert_eq!((config.worst_case(None), config.attempts_at_most()), (None, 3));
}
