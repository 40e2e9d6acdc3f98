//! Calls that run, wait, give up and are dropped.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::poll_immediate;
use tokio::time::{Instant, sleep};

use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::mode::Mode;
use crate::rejection::{Rejection, RejectionKind};
use crate::timeout::{Timeout, TimeoutConfig};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const PATIENT: BulkheadConfig = BulkheadConfig::new().max_concurrent(1).max_wait(ms(10_000));

async fn hold(bulkhead: &Bulkhead, time: Duration) -> Result<Duration, Rejection> {
    let start = Instant::now();
    bulkhead
        .call(async {
            let waited = start.elapsed();
            sleep(time).await;
            Ok(waited)
        })
        .await
}

#[tokio::test(start_paused = true)]
async fn without_waiting_a_full_bulkhead_rejects_at_once() {
    let bulkhead = Bulkhead::new("full", BulkheadConfig::new().max_concurrent(2));
    let calls =
        tokio::join!(hold(&bulkhead, ms(10)), hold(&bulkhead, ms(10)), hold(&bulkhead, ms(10)),);
    let full = Rejection::BulkheadFull { policy: bulkhead.name(), limit: 2 };
    assert_eq!(calls, (Ok(ms(0)), Ok(ms(0)), Err(full)));
    assert_eq!((bulkhead.in_flight(), bulkhead.totals().rejected), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_are_served_in_order_of_arrival() {
    let bulkhead = Bulkhead::new("fifo", PATIENT);
    let calls = tokio::join!(
        hold(&bulkhead, ms(10)),
        hold(&bulkhead, ms(20)),
        hold(&bulkhead, ms(30)),
        async {
            sleep(ms(5)).await;
            assert_eq!((bulkhead.in_flight(), bulkhead.queued()), (1, 2));
            hold(&bulkhead, ms(0)).await
        },
    );
    assert_eq!(calls, (Ok(ms(0)), Ok(ms(10)), Ok(ms(30)), Ok(ms(55))));
    assert!(bulkhead.waits().is_some());
    assert_eq!((bulkhead.in_flight(), bulkhead.queued()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_newcomer_does_not_overtake() {
    let bulkhead = Bulkhead::new("newcomer", PATIENT);
    let slot = bulkhead.try_acquire().unwrap();
    let mut waiter = pin!(bulkhead.acquire());
    assert!(poll_once(waiter.as_mut()).await.is_pending());
    drop(slot);
    assert!(bulkhead.try_acquire().is_err(), "the slot belongs to the call that waits");
    assert!(poll_once(waiter).await.is_ready());
}

/// One poll with the task's own waker.
async fn poll_once<F: Future>(mut future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_no_longer_than_max_wait() {
    let bulkhead =
        Bulkhead::new("patience", BulkheadConfig::new().max_concurrent(1).max_wait(ms(50)));
    let start = Instant::now();
    let late = async {
        let result = hold(&bulkhead, ms(0)).await;
        (result.unwrap_err().kind(), start.elapsed())
    };
    let (_, late) = tokio::join!(hold(&bulkhead, ms(100)), late);
    assert_eq!(late, (RejectionKind::BulkheadFull, ms(50)));
    assert_eq!((bulkhead.in_flight(), bulkhead.queued(), bulkhead.totals().rejected), (0, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_rejects_at_once() {
    let bulkhead = Bulkhead::new("queue", PATIENT.max_queue(1));
    let (_, second, third) =
        tokio::join!(hold(&bulkhead, ms(10)), hold(&bulkhead, ms(0)), hold(&bulkhead, ms(0)));
    assert_eq!(second, Ok(ms(10)));
    assert_eq!(third.unwrap_err().kind(), RejectionKind::BulkheadFull);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_waiter_never_starts_and_the_next_in_line_does() {
    let bulkhead = Bulkhead::new("cancel", PATIENT.max_concurrent(2));
    let started = RefCell::new(Vec::new());
    let call = |name, time| {
        let started = &started;
        bulkhead.call(async move {
            started.borrow_mut().push(name);
            sleep(time).await;
            Ok::<_, Rejection>(())
        })
    };
    let impatient = async { tokio::time::timeout(ms(5), call("cancelled", ms(0))).await.is_err() };
    let (first, second, cancelled, next) =
        tokio::join!(call("a", ms(10)), call("b", ms(10)), impatient, call("next", ms(0)));
    assert_eq!((first, second, cancelled, next), (Ok(()), Ok(()), true, Ok(())));
    assert_eq!(*started.borrow(), ["a", "b", "next"]);
    assert_eq!((bulkhead.in_flight(), bulkhead.queued()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_slot_given_to_a_waiter_that_is_gone_goes_to_the_next() {
    let bulkhead = Bulkhead::new("granted", PATIENT);
    let slot = bulkhead.try_acquire().unwrap();
    let mut first = Box::pin(bulkhead.acquire());
    let mut second = pin!(bulkhead.acquire());
    assert!(poll_once(first.as_mut()).await.is_pending());
    assert!(poll_once(second.as_mut()).await.is_pending());
    drop(slot);
    // It has the slot, but has not been polled since.
    drop(first);
    assert!(poll_once(second).await.is_ready());
    assert_eq!((bulkhead.in_flight(), bulkhead.queued()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_comes_with_the_end_of_patience_counts() {
    let bulkhead =
        Bulkhead::new("last_moment", BulkheadConfig::new().max_concurrent(1).max_wait(ms(50)));
    let slot = bulkhead.try_acquire().unwrap();
    let mut waiter = pin!(bulkhead.acquire());
    assert!(poll_once(waiter.as_mut()).await.is_pending());
    tokio::time::advance(ms(60)).await;
    drop(slot);
    assert!(waiter.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn waiting_counts_for_a_time_limit_further_out() {
    let bulkhead = Bulkhead::new("waiting", PATIENT);
    let timeout = Timeout::new("limit", TimeoutConfig::new().after(ms(500)));
    let (start, ran) = (Instant::now(), Cell::new(false));
    let waiter = async {
        let call = timeout.guard(bulkhead.guard(async {
            ran.set(true);
            Ok(Ok::<_, Rejection>(()))
        }));
        (call.await.unwrap_err().kind(), start.elapsed(), bulkhead.queued())
    };
    let (_, waiter) = tokio::join!(hold(&bulkhead, ms(2_000)), waiter);
    assert_eq!(waiter, (RejectionKind::TimedOut, ms(500), 0));
    assert!(!ran.get());
}

#[tokio::test(start_paused = true)]
async fn the_slot_is_given_back_after_the_body_is_gone() {
    struct Busy<'b>(&'b Bulkhead, &'b Cell<u32>);
    impl Drop for Busy<'_> {
        fn drop(&mut self) {
            self.1.set(self.0.in_flight());
        }
    }
    let (bulkhead, seen) = (Bulkhead::new("body", BulkheadConfig::new()), Cell::new(0));
    let body = || {
        // Owned by the future itself: it lives until the future is dropped, not until it is ready.
        let busy = Busy(&bulkhead, &seen);
        std::future::poll_fn(move |_| {
            let _ = &busy;
            Poll::Ready(Ok::<_, Rejection>(()))
        })
    };
    let mut call = Box::pin(bulkhead.call(body()));
    assert!(poll_once(call.as_mut()).await.is_ready());
    assert_eq!(
        (seen.take(), bulkhead.in_flight()),
        (1, 0),
        "at completion, not at the drop of the call"
    );
    drop(call);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_gives_its_slot_back() {
    let bulkhead = Bulkhead::new("dropped", PATIENT);
    let dropped = tokio::time::timeout(ms(5), hold(&bulkhead, ms(100))).await;
    assert!(dropped.is_err());
    assert_eq!(bulkhead.in_flight(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_panicking_body_gives_its_slot_back_to_the_next() {
    let bulkhead: &'static Bulkhead = Box::leak(Box::new(Bulkhead::new("panicking", PATIENT)));
    let panicking = tokio::spawn(bulkhead.call(async {
        sleep(ms(10)).await;
        assert_ne!(bulkhead.queued(), 1, "a panic of the user's, while another call waits");
        Ok::<_, Rejection>(())
    }));
    let waited = tokio::spawn(hold(bulkhead, ms(0)));
    assert!(panicking.await.unwrap_err().is_panic());
    assert_eq!(waited.await.unwrap(), Ok(ms(10)));
}

#[test]
fn taking_a_free_slot_needs_no_runtime() {
    let bulkhead = Bulkhead::new("no_runtime", PATIENT);
    let call = pin!(bulkhead.call(async { Ok::<_, Rejection>(()) }));
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(call.poll(&mut cx).is_ready());
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_comes_after_the_deadline_starts_nothing() {
    let bulkhead = Bulkhead::new("late", PATIENT);
    let timeout = Timeout::new("limit", TimeoutConfig::new().after(ms(100)));
    let ran = Cell::new(false);
    let slot = bulkhead.try_acquire().unwrap();
    let mut late = pin!(timeout.guard(bulkhead.guard(async {
        ran.set(true);
        Ok(Ok::<_, Rejection>(()))
    })));
    let mut next = pin!(bulkhead.acquire());
    assert!(poll_once(late.as_mut()).await.is_pending());
    assert!(poll_once(next.as_mut()).await.is_pending());
    tokio::time::advance(ms(90)).await;
    drop(slot);
    // The thread is busy until after the deadline.
    tokio::time::advance(ms(60)).await;
    assert_eq!(late.await.unwrap_err().kind(), RejectionKind::DeadlineExceeded);
    assert!(!ran.get());
    assert!(poll_once(next).await.is_ready(), "the slot went to the next in the queue");
    assert_eq!((bulkhead.in_flight(), bulkhead.totals().rejected), (0, 1));
}

#[test]
fn the_defaults_are_those_of_the_table() {
    let config = BulkheadConfig::new();
    assert_eq!((config.ceiling(), config.max_wait), (25, None));
    let adaptive = BulkheadConfig::new().adaptive(true);
    assert_eq!((adaptive.ceiling(), adaptive.initial_limit()), (200, 20));
    assert_eq!(adaptive.longest_queue(), u32::MAX);
    let within =
        |least, most| adaptive.clone().min_concurrent(least).max_concurrent(most).initial_limit();
    assert_eq!([within(1, 5), within(30, 90), within(20, 90)], [5, 30, 20]);
    assert_eq!(adaptive.max_latency(ms(5)).bounds().max_latency, Some(5e6));
    let patient = BulkheadConfig::new().max_wait(ms(3));
    assert_eq!(patient.worst_case(Some(ms(4))), Some(ms(7)));
    assert_eq!((patient.worst_case(None), config.worst_case(Some(ms(4)))), (None, Some(ms(4))));
}

fn builds(config: BulkheadConfig) -> bool {
    std::panic::catch_unwind(|| drop(Bulkhead::new("limits", config))).is_ok()
}

#[test]
fn the_three_limits_may_be_equal_and_not_crossed() {
    let adaptive = |min: u32, initial: u32, max: u32| BulkheadConfig {
        min_concurrent: min,
        initial: Some(initial),
        max_concurrent: Some(max),
        ..BulkheadConfig::new().adaptive(true)
    };
    assert!(builds(adaptive(5, 5, 5)));
    assert!(!builds(adaptive(0, 5, 5)));
    assert!(!builds(adaptive(6, 5, 7)));
    assert!(!builds(adaptive(4, 6, 5)));
    assert!(builds(adaptive(6, 5, 4).adaptive(false)), "nothing looks at them");
}

#[test]
fn no_time_is_no_option() {
    let config = BulkheadConfig::new;
    assert!(!builds(BulkheadConfig { max_wait: Some(Duration::ZERO), ..config() }));
    assert!(!builds(BulkheadConfig { max_latency: Some(Duration::ZERO), ..config() }));
    let instant = Some(Duration::from_nanos(1));
    assert!(builds(BulkheadConfig { max_wait: instant, max_latency: instant, ..config() }));
}

#[test]
fn nothing_is_shown_that_was_not_measured() {
    let bulkhead = Bulkhead::new("unmeasured", BulkheadConfig::new());
    assert!(bulkhead.waits().is_none());
    assert_eq!(bulkhead.latencies(), (0.0, 0.0));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_begins_when_the_limit_is_only_observed() {
    let bulkhead = Bulkhead::new("observed", PATIENT);
    let held = bulkhead.try_acquire().unwrap();
    let mut waiting = pin!(bulkhead.acquire());
    assert!(poll_immediate(waiting.as_mut()).await.is_none());
    bulkhead.set_mode(Mode::Observe).unwrap();
    assert!(poll_immediate(waiting).await.is_some());
    drop(held);
}
