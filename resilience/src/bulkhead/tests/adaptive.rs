//! A limit that finds itself, on paused time: what calls teach it, and which of them it lets in.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::sleep;

use crate::bulkhead::{Bulkhead, BulkheadConfig, BulkheadPermit};
use crate::mode::Mode;
use crate::rejection::{Rejection, RejectionKind};
use crate::timeout::{Timeout, TimeoutConfig};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Small numbers: windows of ten samples, a limit from 1 to 40 that begins at 10.
const SMALL: BulkheadConfig = BulkheadConfig::new()
    .adaptive(true)
    .initial(10)
    .max_concurrent(40)
    .window(ms(10))
    .min_samples(10);

fn take(bulkhead: &Bulkhead, calls: u32) -> Vec<BulkheadPermit<'_>> {
    (0..calls).map_while(|_| bulkhead.try_acquire().ok()).collect()
}

/// All slots are taken, and every call succeeds after so long.
async fn saturate(bulkhead: &Bulkhead, took: Duration) {
    let permits = take(bulkhead, u32::MAX);
    sleep(took).await;
    permits.into_iter().for_each(BulkheadPermit::success);
}

#[tokio::test(start_paused = true)]
async fn it_grows_while_it_is_needed_and_calls_stay_short() {
    let bulkhead = Bulkhead::new("grows", SMALL);
    assert_eq!(bulkhead.limit(), 10);
    for _ in 0..40 {
        saturate(&bulkhead, ms(20)).await;
    }
    assert_eq!(bulkhead.limit(), 40, "not above its ceiling");
    assert_eq!(take(&bulkhead, 100).len(), 40);
}

#[tokio::test(start_paused = true)]
async fn it_shrinks_when_calls_take_longer_and_says_so_when_it_rejects() {
    let bulkhead = Bulkhead::new("shrinks", SMALL);
    for _ in 0..25 {
        saturate(&bulkhead, ms(20)).await;
    }
    let before = bulkhead.limit();
    for _ in 0..3 {
        saturate(&bulkhead, ms(100)).await;
    }
    let limit = bulkhead.limit();
    assert!(limit < before, "{limit} after {before}");
    let held = take(&bulkhead, 100);
    assert_eq!((bulkhead.in_flight(), held.len()), (limit, limit as usize));
    let full = Rejection::BulkheadFull { policy: bulkhead.name(), limit };
    assert_eq!(bulkhead.try_acquire().unwrap_err(), full);
    let known = bulkhead.adaptive().unwrap();
    assert_eq!((known.base_ms, known.saturated, known.resets), (Some(20.0), true, 0));
    assert!(known.short_ms > Some(20.0));
}

#[tokio::test(start_paused = true)]
async fn overload_shrinks_it_to_its_minimum_and_no_further() {
    let bulkhead = Bulkhead::new("overload", SMALL.min_concurrent(2));
    for _ in 0..60 {
        let permits = take(&bulkhead, 100);
        sleep(ms(20)).await;
        permits.into_iter().for_each(BulkheadPermit::overload);
    }
    assert_eq!(bulkhead.limit(), 2);
}

#[tokio::test(start_paused = true)]
#[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
async fn calls_that_are_cancelled_panic_or_fail_fast_say_nothing() {
    let bulkhead = Bulkhead::new("nothing", SMALL);
    for _ in 0..50 {
        let permits = take(&bulkhead, 100);
        sleep(ms(20)).await;
        drop(permits);
        let failing = (0..bulkhead.limit()).map(|_| {
            bulkhead.call(async {
                sleep(ms(1)).await;
                Err::<(), _>(Rejection::DeadlineExceeded {
                    policy: crate::name::Name::new("other"),
                })
            })
        });
        assert!(join_all(failing).await.iter().all(Result::is_err));
        let panics = || {
            bulkhead.call_blocking(|| -> Result<(), Rejection> { panic!("a body of the user's") })
        };
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).is_err());
    }
    let known = bulkhead.adaptive().unwrap();
    assert_eq!((bulkhead.limit(), bulkhead.in_flight()), (10, 0));
    assert_eq!(known.base_ms, None);
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_outside_or_inside_that_ends_calls_is_overload() {
    for is_outside in [true, false] {
        let bulkhead = Bulkhead::new("cut_off", SMALL);
        let limit = Timeout::new("limit", TimeoutConfig::new().after(ms(50)));
        let slow = || async {
            sleep(ms(1_000)).await;
            Ok(Ok::<_, Rejection>(()))
        };
        for _ in 0..30 {
            let calls = (0..bulkhead.limit()).map(|_| async {
                let outcome = if is_outside {
                    limit.guard(bulkhead.guard(slow())).await
                } else {
                    bulkhead.guard(limit.guard(slow())).await
                };
                assert_eq!(outcome.unwrap_err().kind(), RejectionKind::TimedOut);
            });
            join_all(calls).await;
        }
        assert_eq!((bulkhead.limit(), bulkhead.in_flight()), (1, 0), "outside: {is_outside}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_raised_limit_serves_those_who_wait_at_once() {
    let bulkhead = Bulkhead::new("raised", SMALL.max_wait(Duration::from_secs(10)));
    let mut permits = take(&bulkhead, 100);
    let mut waiting: Vec<_> = (0..5).map(|_| Box::pin(bulkhead.acquire())).collect();
    let noop = &mut std::task::Context::from_waker(std::task::Waker::noop());
    assert!(waiting.iter_mut().all(|call| call.as_mut().poll(noop).is_pending()));
    sleep(ms(20)).await;
    let held = permits.split_off(9);
    for permit in permits {
        permit.success();
    }
    assert_eq!((bulkhead.limit(), bulkhead.in_flight(), bulkhead.queued()), (10, 6, 0));
    let mut granted = Vec::new();
    for call in waiting {
        granted.push(call.await.unwrap());
    }
    let mut more = take(&bulkhead, 100);
    let mut waiting = Box::pin(bulkhead.acquire());
    assert!(waiting.as_mut().poll(noop).is_pending());
    let in_flight = bulkhead.in_flight();
    more.remove(0).success();
    assert!(bulkhead.limit() > 10, "the window has ended");
    assert_eq!(bulkhead.in_flight(), in_flight, "one has left, and the one that waited is in");
    assert!(waiting.as_mut().poll(noop).is_ready());
    drop((held, granted, more));
}

#[tokio::test(start_paused = true)]
async fn observing_it_enforces_nothing_but_its_ceiling() {
    let bulkhead = Bulkhead::new("observed", SMALL);
    bulkhead.set_mode(Mode::Observe).unwrap();
    let permits = take(&bulkhead, 100);
    assert_eq!((permits.len(), bulkhead.would_reject()), (40, 30));
    let full = Rejection::BulkheadFull { policy: bulkhead.name(), limit: 40 };
    assert_eq!(bulkhead.try_acquire().unwrap_err(), full);
    sleep(ms(20)).await;
    permits.into_iter().for_each(BulkheadPermit::success);
    assert!(bulkhead.limit() > 10, "the machine runs");
    bulkhead.set_mode(Mode::Off).unwrap();
    assert_eq!(take(&bulkhead, 100).len(), 100);
    bulkhead.set_mode(Mode::Enforce).unwrap();
    assert_eq!(take(&bulkhead, 100).len(), bulkhead.limit() as usize);
}

#[tokio::test(start_paused = true)]
async fn bounds_that_change_hold_at_once_and_the_rest_is_kept() {
    let bulkhead = Bulkhead::new("bounds", SMALL);
    for _ in 0..20 {
        saturate(&bulkhead, ms(20)).await;
    }
    let limit = bulkhead.limit();
    assert!(limit > 20);
    bulkhead.reconfigure(SMALL.max_concurrent(20)).unwrap();
    assert_eq!(bulkhead.limit(), 20);
    bulkhead.reconfigure(SMALL.min_concurrent(10).tolerance(2.0)).unwrap();
    assert_eq!((bulkhead.limit(), bulkhead.adaptive().unwrap().base_ms), (20, Some(20.0)));
    bulkhead.reconfigure(BulkheadConfig::new()).unwrap();
    assert_eq!((bulkhead.limit(), bulkhead.adaptive()), (25, None));
    assert_eq!(take(&bulkhead, 100).len(), 25);
    bulkhead.reconfigure(SMALL).unwrap();
    bulkhead.reset();
    assert_eq!((bulkhead.limit(), bulkhead.adaptive().unwrap().base_ms), (10, None));
    assert!(bulkhead.reconfigure(SMALL.initial(50)).is_err());
    assert!(bulkhead.reconfigure(SMALL.min_concurrent(11)).is_err());
}

#[tokio::test(start_paused = true)]
async fn of_many_calls_few_are_samples() {
    let bulkhead = Bulkhead::new("sampled", SMALL.initial(20));
    for _ in 0..200 {
        let permits = take(&bulkhead, 10);
        sleep(ms(1)).await;
        permits.into_iter().for_each(BulkheadPermit::success);
    }
    let sampled = take(&bulkhead, 10).iter().filter(|permit| permit.is_sampled()).count();
    assert!(sampled <= 6, "{sampled} of 10, where a window of 100 calls needs 10");
}

#[tokio::test(start_paused = true)]
async fn a_window_lasts_twice_as_long_as_calls_take() {
    let bulkhead = Bulkhead::new("lasts", SMALL);
    for _ in 0..9 {
        saturate(&bulkhead, ms(20)).await;
        sleep(ms(5)).await;
    }
    assert_eq!(bulkhead.limit(), 19, "the first window, and one of 50 ms for two others each");
}

#[tokio::test(start_paused = true)]
async fn a_window_waits_half_a_minute_for_the_samples_it_needs() {
    let bulkhead = Bulkhead::new("waits", SMALL.min_samples(1_000));
    for _ in 0..40 {
        saturate(&bulkhead, ms(20)).await;
    }
    assert_eq!(bulkhead.limit(), 10, "400 samples in less than a second");
    sleep(Duration::from_secs(30)).await;
    saturate(&bulkhead, ms(20)).await;
    assert_ne!(bulkhead.limit(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_raised_limit_lets_calls_in_that_wait() {
    let bulkhead = Bulkhead::new("raised", SMALL.max_wait(Duration::from_secs(9)));
    let permits = take(&bulkhead, 10);
    let mut waiting: Vec<_> = (0..15).map(|_| Box::pin(bulkhead.acquire())).collect();
    for call in &mut waiting {
        assert!(futures_util::future::poll_immediate(call).await.is_none());
    }
    sleep(ms(20)).await;
    permits.into_iter().for_each(BulkheadPermit::success);
    assert_eq!((bulkhead.limit(), bulkhead.in_flight(), bulkhead.queued()), (11, 11, 4));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_learnt_while_nothing_is_to_be_limited() {
    let off = Bulkhead::new("off", SMALL);
    off.set_mode(Mode::Off).unwrap();
    let fixed = Bulkhead::new("fixed", SMALL.adaptive(false));
    for bulkhead in [&off, &fixed] {
        for _ in 0..20 {
            let permits = take(bulkhead, 40);
            sleep(ms(20)).await;
            permits.into_iter().for_each(BulkheadPermit::success);
        }
        assert!(bulkhead.controller.get().is_none_or(|it| it.machine().base == 0.0));
    }
    off.set_mode(Mode::Enforce).unwrap();
    for _ in 0..5 {
        saturate(&off, ms(20)).await;
    }
    assert_eq!(off.adaptive().unwrap().base_ms, Some(20.0), "now it learns");
}
