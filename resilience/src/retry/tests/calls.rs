//! Calls: how often the body runs, what it knows, what the caller gets.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow::{Break, Continue};
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use tokio::time::Instant;

use super::{Fault, ms, secs, steady};
use crate::retry::attempts::begin;
use crate::retry::failed::Failed;
use crate::retry::{Backoff, Jitter, Retry, RetryConfig};
use crate::stack::RetryEvent;
use crate::stack::inspect::ErrorText;
use crate::stack::verdict::Verdict;

/// Fails until attempt `success`, and tells when each one began.
async fn run(retry: &Retry, success: u32) -> (Result<u32, Fault>, Vec<Duration>) {
    let (start, began) = (Instant::now(), RefCell::new(Vec::new()));
    let result = retry
        .call(|| async {
            began.borrow_mut().push(start.elapsed());
            let attempt = crate::attempt();
            if attempt == success { Ok(attempt) } else { Err(Fault::Body(attempt)) }
        })
        .await;
    (result, began.into_inner())
}

#[tokio::test(start_paused = true)]
async fn a_success_is_returned_at_once() {
    let retry = Retry::new("at_once", RetryConfig::new());
    assert_eq!(run(&retry, 1).await, (Ok(1), vec![Duration::ZERO]));
    assert_eq!(retry.totals(), crate::retry::RetryTotals::default());
}

#[tokio::test(start_paused = true)]
async fn attempts_follow_each_other_after_their_delays() {
    let config = steady(secs(1)).attempts(5).backoff(Backoff::Exponential);
    let retry = Retry::new("delays", config);
    let (result, began) = run(&retry, 4).await;
    assert_eq!((result, began), (Ok(4), [0, 1, 3, 7].map(secs).to_vec()));
    let totals = retry.totals();
    assert_eq!((totals.retries, totals.recovered, totals.exhausted), (3, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_caller_gets_the_last_result() {
    let retry = Retry::new("last", steady(Duration::ZERO).attempts(3));
    let (result, began) = run(&retry, u32::MAX).await;
    assert_eq!((result, began.len()), (Err(Fault::Body(3)), 3));
    assert_eq!(retry.totals().exhausted, 1);
}

#[tokio::test(start_paused = true)]
async fn one_attempt_means_no_retry() {
    let retry = Retry::new("once", RetryConfig::new().attempts(1));
    assert_eq!(run(&retry, 2).await, (Err(Fault::Body(1)), vec![Duration::ZERO]));
}

#[test]
fn a_delay_of_zero_needs_no_timer_nor_runtime() {
    let retry = Retry::new("no_timer", steady(Duration::ZERO).attempts(100));
    let call = std::pin::pin!(run(&retry, 100));
    assert!(call.poll(&mut Context::from_waker(Waker::noop())).is_ready(), "at the first poll");
}

#[tokio::test(start_paused = true)]
async fn predicates_decide_what_is_tried_again() {
    let retry = Retry::new("predicates", steady(Duration::ZERO).attempts(5));
    let tries = Cell::new(0);
    let body = || async {
        tries.set(tries.get() + 1);
        if tries.get() < 3 { Ok(tries.get()) } else { Err(Fault::Body(tries.get())) }
    };
    let small = |n: &u32| *n < 10;
    let transient = |fault: &Fault| *fault != Fault::Body(4);
    let result = retry.when_ok(small).when_err(transient).call(body).await;
    assert_eq!(result, Err(Fault::Body(4)));
    assert_eq!(tries.get(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_hint_is_a_floor_that_beats_the_longest_delay() {
    let config = steady(secs(5)).max_delay(secs(5)).attempts(3);
    let retry = Retry::new("hint", config);
    let (start, began) = (Instant::now(), RefCell::new(Vec::new()));
    let hint = |fault: &Fault| (*fault == Fault::Body(1)).then(|| secs(60));
    let result: Result<(), _> = retry
        .retry_after(hint)
        .call(|| async {
            began.borrow_mut().push(start.elapsed());
            Err(Fault::Body(crate::attempt()))
        })
        .await;
    assert_eq!(result, Err(Fault::Body(3)));
    assert_eq!(*began.borrow(), [0, 60, 65].map(secs));
}

/// The delay that a call takes after a failure with that hint.
fn delay_after(config: RetryConfig, hint: Duration) -> Option<Duration> {
    let retry = Retry::new("hinted", config);
    let settled = begin(&retry).settle(
        &retry,
        (),
        |()| Verdict::Failure,
        |()| Failed { hint: Some(hint), error: ErrorText::Hidden },
    );
    match settled {
        Continue(pause) => Some(pause.delay),
        Break(()) => None,
    }
}

#[test]
fn callers_with_the_same_hint_do_not_come_back_in_one_instant() {
    let delays: Vec<_> =
        (0..1_000).map(|_| delay_after(RetryConfig::new(), secs(5)).unwrap()).collect();
    assert!(delays.iter().all(|delay| (secs(5)..=ms(5_100)).contains(delay)), "{delays:?}");
    assert!(delays.iter().any(|delay| *delay != delays[0]));
    let exact = RetryConfig::new().jitter(Jitter::None);
    assert_eq!(delay_after(exact, secs(5)), Some(secs(5)));
}

#[test]
fn a_hint_is_only_a_floor() {
    for jitter in [Jitter::Full, Jitter::Equal, Jitter::Decorrelated, Jitter::None] {
        let config = RetryConfig::new().delay(secs(4)).jitter(jitter).max_delay(secs(8));
        for hint in [Duration::ZERO, ms(1), secs(30), secs(60)] {
            let delay = delay_after(config.clone(), hint).unwrap();
            assert!((hint..=hint + secs(8)).contains(&delay), "{jitter:?}: {delay:?}");
        }
    }
    let steady = RetryConfig::new().delay(secs(4)).jitter(Jitter::None);
    assert_eq!(delay_after(steady, ms(1)), Some(secs(4)), "the back-off's own delay is longer");
}

#[test]
fn a_hint_beyond_the_longest_ends_the_retries() {
    assert_eq!(delay_after(RetryConfig::new(), secs(61)), None);
    assert!(delay_after(RetryConfig::new().max_retry_after(secs(61)), secs(61)).is_some());
    assert_eq!(delay_after(RetryConfig::new().max_retry_after(ms(1)), ms(2)), None);
}

#[tokio::test(start_paused = true)]
async fn all_attempts_share_one_call_id() {
    let retry = Retry::new("ids", steady(ms(1)).attempts(3));
    let ids = RefCell::new(Vec::new());
    let body = || async {
        ids.borrow_mut().push(crate::call_id());
        Err::<(), _>(Fault::Body(crate::attempt()))
    };
    assert_eq!(retry.call(body).await, Err(Fault::Body(3)));
    assert_eq!(retry.call(body).await, Err(Fault::Body(3)));
    let ids = ids.into_inner();
    assert!(ids[..3].iter().all(|id| *id == ids[0]) && ids[3..].iter().all(|id| *id == ids[3]));
    assert_ne!(ids[0], ids[3]);
    assert_eq!(crate::attempt(), 1, "outside it is the first");
}

thread_local! {
    static SEEN: RefCell<Vec<RetryEvent>> = const { RefCell::new(Vec::new()) };
}

#[tokio::test(start_paused = true)]
async fn the_hook_hears_of_each_retry_before_its_delay() {
    fn hook(event: &RetryEvent) {
        SEEN.with_borrow_mut(|seen| seen.push(*event));
    }
    let config = steady(secs(1)).backoff(Backoff::Linear).attempts(3).on_retry(hook);
    let retry = Retry::new("hook", config);
    let id = Cell::new(None);
    let _: Result<(), Fault> = retry
        .call(|| async {
            id.set(Some(crate::call_id()));
            Err(Fault::Body(0))
        })
        .await;
    let seen = SEEN.take();
    let facts: Vec<_> = seen.iter().map(|event| (event.attempt, event.delay)).collect();
    assert_eq!(facts, [(1, secs(1)), (2, secs(2))]);
    assert!(seen.iter().all(|event| event.policy == "hook" && Some(event.call_id) == id.get()));
}

#[tokio::test(start_paused = true)]
async fn a_panicking_hook_harms_nobody() {
    fn hook(_: &RetryEvent) {
        panic!("a hook of the user's");
    }
    let retry = Retry::new("panicking_hook", steady(ms(1)).on_retry(hook));
    assert_eq!(run(&retry, 3).await.0, Ok(3));
}

#[tokio::test(start_paused = true)]
async fn jittered_delays_stay_within_their_bounds() {
    for (jitter, least) in [(Jitter::Full, ms(0)), (Jitter::Equal, ms(500))] {
        let retry = Retry::new("jittered", steady(secs(1)).jitter(jitter).attempts(50));
        let began = run(&retry, 50).await.1;
        let delays: Vec<_> = began.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
        // Tokio's timer rounds up to whole milliseconds.
        assert!(delays.iter().all(|delay| (least..=ms(1_001)).contains(delay)), "{delays:?}");
        assert!(
            delays.windows(2).any(|pair| pair[0] != pair[1]),
            "chance had no part in {delays:?}"
        );
    }
}

#[test]
fn a_plain_function_is_retried_too() {
    let retry = Retry::new("blocking", steady(Duration::ZERO).attempts(3));
    let result = retry.call_blocking(|| match crate::attempt() {
        3 => Ok(3),
        attempt => Err(attempt),
    });
    assert_eq!(result, Ok(3));
    assert_eq!(retry.totals().recovered, 1);
}

#[tokio::test(start_paused = true)]
async fn blocking_on_a_thread_of_the_runtime_is_warned_of_once() {
    let retry = Retry::new("warned", steady(Duration::from_nanos(1)).attempts(3));
    let result: Result<(), _> = retry.call_blocking(|| Err(crate::attempt()));
    assert_eq!(result, Err(3));
    assert!(!retry.first_warning(), "it was given");
}

#[test]
fn blocking_outside_a_runtime_is_nobodys_business() {
    let retry = Retry::new("unwarned", steady(Duration::from_nanos(1)).attempts(3));
    let _: Result<(), _> = retry.call_blocking(|| Err(()));
    assert!(retry.first_warning(), "it was not given yet");
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_is_dropped_wakes_nobody_any_more() {
    struct Task;
    impl Wake for Task {
        fn wake(self: Arc<Self>) {}
    }
    let (retry, task) = (Retry::new("dropped", steady(secs(60))), Arc::new(Task));
    let waker = Waker::from(Arc::clone(&task));
    let mut call = Box::pin(run(&retry, 2));
    assert!(call.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop((waker, call));
    assert_eq!(Arc::strong_count(&task), 1, "no timer holds it");
}
