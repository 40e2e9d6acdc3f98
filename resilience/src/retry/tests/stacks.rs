//! Together with other policies, by hand and as generated code does it.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::super::attempts::begin;
use super::super::future::attempt;
use super::{Fault, ms, secs, steady};
use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::name::Name;
use crate::rejection::{Rejection, RejectionKind};
use crate::retry::{Retry, RetryConfig};
use crate::stack::body;
use crate::stack::inspect::NoInspector;
use crate::stack::verdict::by_default;
use crate::timeout::{Timeout, TimeoutConfig};
use std::ops::ControlFlow::{Break, Continue};

fn limit(after: Duration) -> Timeout {
    Timeout::new("limit", TimeoutConfig::new().after(after))
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_a_time_limit_of_its_own() {
    let (retry, timeout) = (Retry::new("retry", steady(ms(10))), limit(ms(50)));
    let tries = Cell::new(0);
    let outcome = retry
        .guard(|| {
            timeout.guard(body(async {
                tries.set(tries.get() + 1);
                if tries.get() < 3 {
                    sleep(ms(100)).await;
                }
                Ok::<_, Fault>(tries.get())
            }))
        })
        .await;
    assert_eq!(outcome, Ok(Ok(3)));
    assert_eq!(timeout.totals().timed_out, 2);
}

#[tokio::test(start_paused = true)]
async fn a_total_time_limit_ends_the_attempts() {
    let (retry, timeout) = (Retry::new("retry", steady(Duration::ZERO)), limit(ms(150)));
    let (start, tries) = (Instant::now(), Cell::new(0));
    let outcome = timeout
        .guard(retry.guard(|| {
            body(async {
                tries.set(tries.get() + 1);
                sleep(ms(60)).await;
                Err::<(), _>(Fault::Body(tries.get()))
            })
        }))
        .await;
    assert_eq!(outcome.unwrap_err().kind(), RejectionKind::TimedOut);
    assert_eq!((tries.get(), start.elapsed()), (3, ms(150)));
}

#[tokio::test(start_paused = true)]
async fn a_full_bulkhead_is_not_retried_by_itself() {
    let bulkhead = Bulkhead::new("full", BulkheadConfig::new().max_concurrent(1));
    let _slot = bulkhead.try_acquire().unwrap();
    let retry = Retry::new("retry", steady(Duration::ZERO));
    let outcome = retry.guard(|| bulkhead.guard(body(async { Ok::<_, Fault>(()) }))).await;
    assert_eq!(outcome.unwrap_err().kind(), RejectionKind::BulkheadFull);
    assert_eq!(retry.totals().retries, 0);
}

#[tokio::test(start_paused = true)]
async fn a_full_bulkhead_is_retried_on_demand_until_there_is_room() {
    let bulkhead = Bulkhead::new("busy", BulkheadConfig::new().max_concurrent(1));
    let retry = Retry::new("retry", steady(ms(100)).attempts(10));
    let start = Instant::now();
    let first = bulkhead.guard(body(async {
        sleep(ms(250)).await;
        Ok::<_, Fault>(start.elapsed())
    }));
    let second = retry
        .when_rejected(|rejection| rejection.kind() == RejectionKind::BulkheadFull)
        .guard(|| bulkhead.guard(body(async { Ok::<_, Fault>(start.elapsed()) })));
    let ends = tokio::join!(first, second);
    assert_eq!(ends, (Ok(Ok(ms(250))), Ok(Ok(ms(300)))));
}

#[tokio::test(start_paused = true)]
async fn a_refusals_own_retry_after_is_a_floor() {
    let retry = Retry::new("retry", steady(ms(1)).max_delay(ms(1)).attempts(2));
    let limited =
        Rejection::RateLimited { policy: Name::new("limiter"), retry_after: Some(secs(7)) };
    let start = Instant::now();
    let outcome: Result<Result<(), Fault>, _> =
        retry.when_rejected(|_| true).guard(|| std::future::ready(Err(limited))).await;
    assert_eq!((outcome, start.elapsed()), (Err(limited), secs(7)));
}

/// What the attribute expands to.
async fn expanded<F: Future<Output = Result<u32, Fault>>>(
    retry: &Retry,
    mut operation: impl FnMut() -> F,
) -> Result<u32, Fault> {
    let mut attempts = begin(retry);
    let outcome = loop {
        let pause = {
            match attempt(attempts, body(operation())).await.settle(retry, NoInspector, by_default)
            {
                Break(outcome) => break outcome,
                Continue(pause) => pause,
            }
        };
        attempts = pause.await;
    };
    crate::stack::finish_unrefused(outcome)
}

#[tokio::test(start_paused = true)]
async fn generated_code_goes_the_same_way() {
    let retry = Retry::new("expanded", steady(secs(1)));
    let start = Instant::now();
    let result = expanded(&retry, || async {
        match crate::attempt() {
            3 => Ok(3),
            attempt => Err(Fault::Body(attempt)),
        }
    });
    assert_eq!(result.await, Ok(3));
    assert_eq!(start.elapsed(), secs(2));
}

#[test]
fn an_error_that_is_not_send_leaves_the_future_send() {
    async fn call(retry: &Retry) -> Result<(), Rc<str>> {
        let mut attempts = begin(retry);
        let outcome = loop {
            let pause = {
                let tried = attempt(attempts, body(async { Err(Rc::from("local")) })).await;
                match tried.settle_with_hint(retry, NoInspector, by_default, |_| None) {
                    Break(outcome) => break outcome,
                    Continue(pause) => pause,
                }
            };
            attempts = pause.await;
        };
        crate::stack::finish_unrefused(outcome)
    }
    fn assert_send<T: Send>(_: T) {}
    let retry = Retry::new("send", RetryConfig::new());
    assert_send(call(&retry));
}

/// A body that keeps `N` bytes across a wait.
async fn keep<const N: usize>() -> Result<u32, Fault> {
    let kept = [0_u8; N];
    std::future::pending::<()>().await;
    Ok(kept.len().try_into().unwrap_or(0))
}

#[test]
fn a_retry_adds_little_to_the_size_of_a_future() {
    const ALLOWED: usize = 64 + size_of::<tokio::time::Sleep>();
    let retry = Retry::new("size", RetryConfig::new());
    let (small, large) = (size_of_val(&keep::<0>()), size_of_val(&keep::<1024>()));
    let by_hand = [size_of_val(&retry.call(keep::<0>)), size_of_val(&retry.call(keep::<1024>))];
    assert!(by_hand[0] <= small + ALLOWED && by_hand[1] <= large + ALLOWED, "{by_hand:?}");
    let in_place =
        [size_of_val(&expanded(&retry, keep::<0>)), size_of_val(&expanded(&retry, keep::<1024>))];
    // The reference to the policy is an argument here, a static in real expansions.
    let allowed = ALLOWED + size_of::<&Retry>();
    assert!(in_place[0] <= small + allowed && in_place[1] <= large + allowed, "{in_place:?}");
}
