//! `#[timeout]`: how long a call may take, and what it knows of that.

use std::cell::Cell;
use std::future::pending;
use std::time::Duration;

use resilience::{
    Rejection, RejectionKind, Timeout, deadline, registry, remaining, retry, timeout,
};
use tokio::time::{Instant, sleep};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[timeout("2s")]
async fn sleeps_for(time: Duration) -> Result<Option<Duration>, Rejection> {
    sleep(time).await;
    Ok(remaining())
}

#[tokio::test(start_paused = true)]
async fn a_call_has_its_limit_and_not_more() {
    assert_eq!(sleeps_for(ms(1500)).await, Ok(Some(ms(500))));
    let begin = Instant::now();
    let rejected = sleeps_for(ms(2500)).await.unwrap_err();
    assert_eq!((rejected.kind(), begin.elapsed()), (RejectionKind::TimedOut, ms(2000)));
    assert_eq!(rejected.to_string(), "timed out after 2s (timeout `sleeps_for`)");
    let totals = registry().timeout("timeout::sleeps_for").unwrap().totals();
    assert_eq!((totals.timed_out, totals.deadline_exceeded), (1, 0));
}

#[timeout(after = limit)]
async fn as_long_as_it_is_told(limit: Duration) -> Result<(), Rejection> {
    pending().await
}

#[tokio::test(start_paused = true)]
async fn a_limit_may_be_computed_at_each_call() {
    for limit in [ms(10), ms(70)] {
        let begin = Instant::now();
        let rejected = as_long_as_it_is_told(limit).await.unwrap_err();
        assert!(matches!(rejected, Rejection::TimedOut { after, .. } if after == limit));
        assert_eq!(begin.elapsed(), limit);
    }
}

#[timeout("1s")]
#[retry(attempts = 3, delay = "0ms")]
#[timeout("300ms")]
async fn total_and_per_attempt(begun: &Cell<u32>) -> Result<(), Rejection> {
    begun.set(begun.get() + 1);
    pending().await
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_a_limit_of_its_own() {
    let (begun, at_first) = (Cell::new(0), Instant::now());
    let rejected = total_and_per_attempt(&begun).await.unwrap_err();
    assert_eq!(rejected.policy(), "timeout::total_and_per_attempt.attempt_timeout");
    assert_eq!((begun.get(), at_first.elapsed()), (3, ms(900)));
}

#[timeout("100ms")]
async fn outer(inner_has: Duration) -> Result<Duration, Rejection> {
    let mine = deadline().unwrap();
    let theirs = inner(inner_has).await?;
    assert_eq!(deadline(), Some(mine), "the inner limit ends with its call");
    Ok(theirs)
}

#[timeout(after = limit)]
async fn inner(limit: Duration) -> Result<Duration, Rejection> {
    Ok(remaining().unwrap())
}

#[tokio::test(start_paused = true)]
async fn nested_limits_take_the_nearest_deadline() {
    assert_eq!(outer(ms(40)).await, Ok(ms(40)));
    assert_eq!(outer(ms(400)).await, Ok(ms(100)));
    assert_eq!(deadline(), None);
}

#[timeout("1s")]
static SHARED: Timeout;

#[timeout("50ms")]
async fn comes_late(ran: &Cell<bool>) -> Result<(), Rejection> {
    // Busy until after the deadline: the clock moves on without an await.
    tokio::time::advance(ms(60)).await;
    runs_under_a_shared_one(ran).await
}

#[timeout(SHARED)]
async fn runs_under_a_shared_one(ran: &Cell<bool>) -> Result<(), Rejection> {
    ran.set(true);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn no_body_begins_after_the_deadline() {
    let ran = Cell::new(false);
    let rejected = comes_late(&ran).await.unwrap_err();
    assert!(
        matches!(rejected.kind(), RejectionKind::TimedOut | RejectionKind::DeadlineExceeded),
        "{rejected}"
    );
    assert!(!ran.get());
    assert!(runs_under_a_shared_one(&ran).await.is_ok());
    assert!(ran.get());
}

#[timeout]
async fn with_defaults() -> Result<Duration, Rejection> {
    Ok(remaining().unwrap())
}

#[tokio::test(start_paused = true)]
async fn thirty_seconds_are_the_default() {
    assert_eq!(with_defaults().await, Ok(Duration::from_secs(30)));
}
