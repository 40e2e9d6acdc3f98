//! The adaptive order of waiting calls, on paused time.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::ambient::{Priority, with_priority};
use crate::bulkhead::{Bulkhead, BulkheadConfig, QueueOrder};
use crate::rejection::{Rejection, RejectionKind};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const ADAPTIVE: BulkheadConfig =
    BulkheadConfig::new().max_concurrent(1).max_wait(ms(10_000)).queue(QueueOrder::Adaptive);

/// What became of a call: its number, and how long it waited.
type Log = Rc<RefCell<Vec<(u32, Result<Duration, RejectionKind>)>>>;

/// A call that comes now and runs for so long.
async fn call(bulkhead: &Bulkhead, number: u32, runs: Duration, log: Log) {
    let start = Instant::now();
    let body = async {
        log.borrow_mut().push((number, Ok(start.elapsed())));
        sleep(runs).await;
        Ok::<_, Rejection>(())
    };
    if let Err(rejection) = bulkhead.call(body).await {
        log.borrow_mut().push((number, Err(rejection.kind())));
    }
}

/// Calls that come every `gap` and run for `runs`, one after another through a single slot.
async fn run(
    bulkhead: &'static Bulkhead,
    calls: u32,
    gap: Duration,
    runs: Duration,
) -> Vec<(u32, Result<Duration, RejectionKind>)> {
    let log = Log::default();
    let local = LocalSet::new();
    local
        .run_until(async {
            let mut all = Vec::new();
            for number in 0..calls {
                all.push(spawn_local(call(bulkhead, number, runs, Rc::clone(&log))));
                sleep(gap).await;
            }
            for one in all {
                one.await.unwrap();
            }
        })
        .await;
    log.take()
}

#[tokio::test(start_paused = true)]
async fn while_the_queue_drains_it_is_fair() {
    static CALM: Bulkhead = Bulkhead::new("calm", ADAPTIVE);
    let log = run(&CALM, 50, ms(10), ms(9)).await;
    assert!(log.iter().map(|(number, _)| *number).eq(0..50), "{log:?}");
    assert!(log.iter().all(|(_, waited)| waited.is_ok()));
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_served_whole_however_long_it_waits() {
    static BURST: Bulkhead = Bulkhead::new("burst", ADAPTIVE);
    let log = run(&BURST, 5, Duration::ZERO, ms(30)).await;
    let served: Vec<_> = (0..5).map(|number| (number, Ok(ms(30) * number))).collect();
    assert_eq!(log, served);
}

#[tokio::test(start_paused = true)]
async fn under_overload_the_newest_is_served_and_those_leave_who_waited_for_long() {
    static FULL: Bulkhead = Bulkhead::new("full", ADAPTIVE);
    let log = run(&FULL, 400, ms(2), ms(4)).await;
    let waits: Vec<_> = log.iter().filter_map(|(_, waited)| waited.ok()).collect();
    let rejected = log.len() - waits.len();
    assert_eq!(log.len(), 400);
    assert!((150..=250).contains(&rejected), "{rejected} of 400, where half are too many");
    assert!(
        log.iter()
            .all(|(_, end)| !matches!(end, Err(kind) if *kind != RejectionKind::BulkheadFull))
    );
    assert!(waits.iter().all(|wait| *wait < ms(150)), "{waits:?}");
    assert_eq!((FULL.in_flight(), FULL.queued()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_most_important_calls_stay_however_long_they_wait() {
    static MIXED: Bulkhead = Bulkhead::new("mixed", ADAPTIVE);
    let log = Log::default();
    let important = Log::default();
    LocalSet::new()
        .run_until(async {
            let mut all = Vec::new();
            for number in 0..300 {
                all.push(spawn_local(call(&MIXED, number, ms(4), Rc::clone(&log))));
                if number % 10 == 0 {
                    let call = call(&MIXED, number, ms(4), Rc::clone(&important));
                    all.push(spawn_local(with_priority(Priority::CriticalPlus, call)));
                }
                sleep(ms(2)).await;
            }
            for one in all {
                one.await.unwrap();
            }
        })
        .await;
    assert!(log.borrow().iter().any(|(_, end)| end.is_err()));
    let important = important.take();
    assert!(important.iter().all(|(_, end)| end.is_ok()), "{important:?}");
    assert!(important.windows(2).all(|pair| pair[0].0 < pair[1].0), "in order of arrival");
}

/// Numbers from 0 to 1 by a linear congruential generator (Knuth's MMIX).
struct Random(u64);

impl Random {
    fn exponential(&mut self, mean: Duration) -> Duration {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let unit = (self.0 >> 11) as f64 / (1_u64 << 53) as f64;
        mean.mul_f64(-(1.0 - unit).ln())
    }
}

/// Twenty slots, calls of 10 ms on average, callers that give up after 300 ms, at `rate` calls a second for ten seconds:
/// the median wait of calls that began, and how many of them were given up while they ran.
async fn overload(bulkhead: &'static Bulkhead, rate: f64) -> (Duration, usize) {
    let (begun, ended) = (Rc::new(RefCell::new(Vec::new())), Rc::new(RefCell::new(0)));
    LocalSet::new()
        .run_until(async {
            let (mut random, start, mut at) = (Random(7), Instant::now(), Duration::ZERO);
            let mut all = Vec::new();
            while at < Duration::from_secs(10) {
                at += random.exponential(Duration::from_secs_f64(1.0 / rate));
                sleep_until(start + at).await;
                let (runs, begun, ended) =
                    (random.exponential(ms(10)), Rc::clone(&begun), Rc::clone(&ended));
                let came = Instant::now();
                all.push(spawn_local(async move {
                    let body = async {
                        begun.borrow_mut().push(came.elapsed());
                        sleep(runs).await;
                        *ended.borrow_mut() += 1;
                        Ok::<_, Rejection>(())
                    };
                    let _ = timeout(ms(300), bulkhead.call(body)).await;
                }));
            }
            for one in all {
                one.await.unwrap();
            }
        })
        .await;
    let mut waits = begun.take();
    waits.sort();
    (waits[waits.len() / 2], waits.len() - *ended.borrow())
}

#[tokio::test(start_paused = true)]
#[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
async fn at_one_and_a_half_times_the_load_no_call_is_begun_in_vain() {
    static FIFO: Bulkhead = Bulkhead::new(
        "fifo",
        ADAPTIVE.max_concurrent(20).queue(QueueOrder::Fifo).max_wait(ms(1_000)),
    );
    static LIFO: Bulkhead = Bulkhead::new("lifo", ADAPTIVE.max_concurrent(20).max_wait(ms(1_000)));
    let (median, given_up) = overload(&FIFO, 3_000.0).await;
    assert!(median > ms(200) && given_up > 1_000, "{median:?}, {given_up}");
    let (median, given_up) = overload(&LIFO, 3_000.0).await;
    assert!(median <= ms(10) && given_up == 0, "{median:?}, {given_up}");
}

/// Whether of two calls that wait the one that came last is served first.
fn serves_the_newest_first(bulkhead: &Bulkhead) -> bool {
    let cx = &mut Context::from_waker(Waker::noop());
    let held = bulkhead.try_acquire().unwrap();
    let (mut older, mut newer) = (pin!(bulkhead.acquire()), pin!(bulkhead.acquire()));
    assert!(older.as_mut().poll(cx).is_pending() && newer.as_mut().poll(cx).is_pending());
    drop(held);
    let is_newest = newer.poll(cx).is_ready();
    assert!(is_newest || older.poll(cx).is_ready(), "one of them has the slot");
    is_newest
}

#[tokio::test(start_paused = true)]
async fn overload_ends_by_a_reset() {
    static RESET: Bulkhead = Bulkhead::new("reset", ADAPTIVE);
    run(&RESET, 200, ms(2), ms(4)).await;
    assert!(serves_the_newest_first(&RESET));
    RESET.reset();
    assert!(!serves_the_newest_first(&RESET));
}

#[tokio::test(start_paused = true)]
async fn overload_ends_by_a_call_that_need_not_wait() {
    static FREE: Bulkhead = Bulkhead::new("free", ADAPTIVE);
    FREE.reconfigure(ADAPTIVE).unwrap();
    run(&FREE, 200, ms(2), ms(4)).await;
    assert!(serves_the_newest_first(&FREE));
    drop(FREE.try_acquire());
    sleep(ms(101)).await;
    assert!(!serves_the_newest_first(&FREE));
}
