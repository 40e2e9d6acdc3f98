//! Nothing begins, and no call sleeps, beyond the deadline in force or `max_elapsed`.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::{Instant, advance, sleep};

use super::{Fault, ms, secs, steady};
use crate::rejection::RejectionKind;
use crate::retry::Retry;
use crate::timeout::{Timeout, TimeoutConfig};

/// Always fails after `each`; how often it ran, how it ended, how long it took.
async fn fail(retry: &Retry, each: Duration) -> (u32, Result<(), Fault>, Duration) {
    let (start, tries) = (Instant::now(), Cell::new(0));
    let result = retry
        .call(|| async {
            tries.set(tries.get() + 1);
            sleep(each).await;
            Err(Fault::Body(tries.get()))
        })
        .await;
    (tries.get(), result, start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn no_sleep_ends_at_max_elapsed() {
    let retry = Retry::new("elapsed", steady(secs(1)).attempts(100).max_elapsed(secs(3)));
    assert_eq!(fail(&retry, Duration::ZERO).await, (3, Err(Fault::Body(3)), secs(2)));
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_at_max_elapsed() {
    let retry = Retry::new("elapsed", steady(Duration::ZERO).attempts(100).max_elapsed(secs(3)));
    assert_eq!(fail(&retry, secs(1)).await, (3, Err(Fault::Body(3)), secs(3)));
}

#[tokio::test(start_paused = true)]
async fn max_elapsed_runs_from_the_start_of_each_call() {
    let retry = Retry::new("elapsed", steady(secs(1)).attempts(100).max_elapsed(secs(2)));
    let call = fail(&retry, Duration::ZERO);
    advance(secs(100)).await;
    assert_eq!(call.await.0, 2);
}

#[tokio::test(start_paused = true)]
async fn an_endless_max_elapsed_is_no_limit() {
    let retry = Retry::new("endless", steady(secs(1)).attempts(5).max_elapsed(Duration::MAX));
    assert_eq!(fail(&retry, Duration::ZERO).await.0, 5);
}

#[tokio::test(start_paused = true)]
async fn no_sleep_may_outlive_a_deadline_given_at_run_time() {
    let timeout = Timeout::new("run_time", TimeoutConfig::new().after_at_run_time());
    let retry = Retry::new("inner", steady(secs(1)));
    let start = Instant::now();
    let tries = Cell::new(0);
    let result: Result<(), Fault> = timeout
        .call_within(
            ms(100),
            retry.call(|| async {
                tries.set(tries.get() + 1);
                Err(Fault::Body(tries.get()))
            }),
        )
        .await;
    assert_eq!((tries.get(), result), (1, Err(Fault::Body(1))));
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_late_wake_up_begins_nothing() {
    let timeout = Timeout::new("outer", TimeoutConfig::new().after(ms(100)));
    let retry = Retry::new("inner", steady(ms(50)));
    let tries = Cell::new(0);
    let call = timeout.call(retry.call(|| async {
        tries.set(tries.get() + 1);
        Err::<(), _>(Fault::Body(tries.get()))
    }));
    // The thread is busy elsewhere, past both the pause and the deadline.
    let (result, ()) = tokio::join!(call, advance(ms(200)));
    let Err(Fault::Rejected(rejection)) = result else { panic!("{result:?}") };
    assert_eq!((tries.get(), rejection.kind()), (1, RejectionKind::TimedOut));
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_would_come_too_late_costs_no_budget() {
    let timeout = Timeout::new("outer", TimeoutConfig::new().after(ms(100)));
    let retry = Retry::new("inner", steady(secs(1)).budget(0.001).budget_burst(1));
    let body = || async { Err::<(), _>(Fault::Body(crate::attempt())) };
    assert_eq!(timeout.call(retry.call(body)).await, Err(Fault::Body(1)));
    // The token is still there for a call that has the time.
    assert_eq!(retry.call(body).await, Err(Fault::Body(2)));
}
