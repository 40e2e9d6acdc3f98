//! Callers that wait for their turns: who begins when, after which delays, leavers and deadlines.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use futures_util::future::join_all;
use proptest::prelude::*;
use tokio::time::{Instant, advance, sleep, timeout};

use crate::rate_limit::{RateLimitConfig, RateLimiter};
use crate::rejection::{Rejection, RejectionKind};
use crate::timeout::{Timeout, TimeoutConfig};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn limiter(burst: u32, max_wait: Duration) -> RateLimiter {
    let config = RateLimitConfig::per_second(10).burst(burst).max_wait(max_wait);
    RateLimiter::new("turns", config)
}

/// When the body began.
async fn begin(limiter: &RateLimiter) -> Result<Instant, Rejection> {
    limiter.call(async { Ok::<_, Rejection>(Instant::now()) }).await
}

async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

#[tokio::test(start_paused = true)]
async fn callers_that_give_up_free_their_turns() {
    let (limiter, start) = (limiter(1, ms(10_000)), Instant::now());
    let caller = |number: usize| {
        let limiter = &limiter;
        async move {
            let patience = if number <= 40 { ms(50) } else { ms(60_000) };
            timeout(patience, begin(limiter)).await
        }
    };
    let begun = join_all((0..=50).map(caller)).await;
    let after = |number: usize| *begun[number].as_ref().unwrap().as_ref().unwrap() - start;
    assert_eq!(after(0), ms(0));
    assert!(begun[1..=40].iter().all(Result::is_err));
    for (turn, number) in (1..).zip(41..=50) {
        assert_eq!(after(number), ms(100 * turn), "caller {number}");
    }
    assert_eq!((limiter.totals().rejected, limiter.totals().waited), (0, 10));
}

#[tokio::test(start_paused = true)]
async fn more_callers_than_turns_use_every_turn() {
    let (limiter, begun) = (limiter(1, ms(10_000)), Cell::new(0));
    let callers = (0..900_u64).map(|number| {
        let (limiter, begun) = (&limiter, &begun);
        async move {
            sleep(ms(number * 100 / 3)).await;
            let call = async {
                begun.set(begun.get() + 1);
                Ok::<_, Rejection>(())
            };
            let _ = timeout(ms(1_000), limiter.call(call)).await;
        }
    });
    join_all(callers).await;
    assert!((295..=310).contains(&begun.get()), "{} began", begun.get());
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_rejected_at_once_and_takes_nothing() {
    let limiter = limiter(1, ms(10_000));
    let limit = Timeout::new("limit", TimeoutConfig::new().after(ms(450)));
    let start = Instant::now();
    let urgent = async {
        let call = limit.guard(limiter.guard(async { Ok(Ok::<_, Rejection>(())) }));
        (call.await.unwrap_err(), start.elapsed())
    };
    let ahead = join_all((0..9).map(|_| begin(&limiter)));
    let (ahead, (rejection, waited), last) = tokio::join!(ahead, urgent, begin(&limiter));
    assert_eq!(rejection.kind(), RejectionKind::RateLimited);
    assert_eq!(rejection.retry_after(), Some(ms(900)));
    assert_eq!(waited, ms(0));
    assert_eq!(ahead[8].as_ref().unwrap().duration_since(start), ms(800));
    assert_eq!(last.unwrap() - start, ms(900), "the rejected call took no turn");
}

#[tokio::test(start_paused = true)]
async fn after_a_stall_a_burst_begins_and_the_rest_at_the_rate() {
    let (limiter, start) = (limiter(3, ms(10_000)), Instant::now());
    let order = RefCell::new(Vec::new());
    let caller = |number: u64| {
        let (limiter, order) = (&limiter, &order);
        limiter.call(async move {
            order.borrow_mut().push((number, start.elapsed()));
            Ok::<_, Rejection>(())
        })
    };
    let mut calls = pin!(join_all((0..13).map(caller)));
    assert!(poll_once(calls.as_mut()).await.is_pending());
    advance(ms(2_000)).await;
    calls.await;
    let begun = order.take();
    assert!(begun.iter().map(|call| call.0).eq(0..13), "in order of arrival: {begun:?}");
    for (number, at) in begun {
        let expected = match number {
            0..3 => 0,
            3..6 => 2_000,
            _ => 2_000 + 100 * (number - 5),
        };
        assert_eq!(at, ms(expected), "caller {number}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_comes_after_the_deadline_starts_nothing() {
    let config = RateLimitConfig::new().rate("1/90ms").burst(1).max_wait(ms(1_000));
    let limiter = RateLimiter::new("late", config);
    let limit = Timeout::new("limit", TimeoutConfig::new().after(ms(100)));
    let ran = Cell::new(false);
    limiter.try_acquire().unwrap();
    let mut waiter = pin!(limit.guard(limiter.guard(async {
        ran.set(true);
        Ok(Ok::<_, Rejection>(()))
    })));
    assert!(poll_once(waiter.as_mut()).await.is_pending());
    advance(ms(150)).await;
    let rejection = waiter.await.unwrap_err();
    assert_eq!(rejection.kind(), RejectionKind::DeadlineExceeded);
    assert!(!ran.get());
    assert!(limiter.try_acquire().is_ok(), "its turn is free again");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_never_waits_does_not_overtake() {
    let limiter = limiter(1, ms(10_000));
    limiter.try_acquire().unwrap();
    let mut waiter = pin!(limiter.acquire());
    assert!(poll_once(waiter.as_mut()).await.is_pending());
    advance(ms(100)).await;
    let rejection = limiter.try_acquire().unwrap_err();
    assert_eq!(rejection.retry_after(), Some(ms(100)), "behind the one who waits");
    assert_eq!(limiter.available(), 0);
    assert!(poll_once(waiter).await.is_ready());
    advance(ms(100)).await;
    assert!(limiter.try_acquire().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_may_wait_does_not_overtake_either() {
    let limiter = limiter(2, ms(10_000));
    (0..2).for_each(|_| limiter.try_acquire().unwrap());
    let (mut first, mut second) = (pin!(limiter.acquire()), pin!(limiter.acquire()));
    assert!(poll_once(first.as_mut()).await.is_pending());
    advance(ms(200)).await;
    assert!(poll_once(second.as_mut()).await.is_pending(), "there is a turn for each, in order");
    assert!(poll_once(first).await.is_ready());
    assert!(poll_once(second).await.is_ready());
    assert!(limiter.try_acquire().is_err(), "each took one turn");
}

#[tokio::test(start_paused = true)]
async fn a_call_takes_as_many_turns_as_it_costs() {
    let (limiter, start) = (limiter(5, ms(10_000)), Instant::now());
    assert!(limiter.cost(5).try_acquire().is_ok());
    let heavy = limiter.cost(4).call(async { Ok::<_, Rejection>(Instant::now()) });
    let (heavy, light) = tokio::join!(heavy, begin(&limiter));
    assert_eq!(heavy.unwrap() - start, ms(400));
    assert_eq!(light.unwrap() - start, ms(500));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_costs_more_than_a_burst_is_rejected_for_good() {
    let limiter = limiter(5, ms(10_000));
    let rejections = [
        limiter.cost(6).try_acquire().unwrap_err(),
        limiter.cost(u32::MAX).acquire().await.unwrap_err(),
        limiter.cost(6).call_blocking(|| Ok::<(), Rejection>(())).unwrap_err(),
    ];
    for rejection in rejections {
        let policy = limiter.name();
        assert_eq!(rejection, Rejection::RateLimited { policy, retry_after: None });
    }
    assert_eq!(limiter.available(), 5, "and consumes nothing");
}

#[tokio::test(start_paused = true)]
async fn a_future_that_is_not_polled_does_not_stop_the_queue() {
    let (limiter, start) = (limiter(1, ms(10_000)), Instant::now());
    limiter.try_acquire().unwrap();
    let mut forgotten = Box::pin(limiter.acquire());
    assert!(poll_once(forgotten.as_mut()).await.is_pending());
    let next = begin(&limiter).await.unwrap() - start;
    assert!((ms(200)..=ms(400)).contains(&next), "after {next:?}");
    let again = Instant::now();
    forgotten.await.unwrap();
    assert_eq!(again.elapsed(), ms(100), "it waits again, at the end");
}

#[tokio::test(start_paused = true)]
async fn turns_shorter_than_a_tick_of_the_timer_are_not_lost() {
    let config = RateLimitConfig::new().rate("3/1ms").burst(1).max_wait(ms(10_000));
    let (limiter, start) = (RateLimiter::new("fast", config), Instant::now());
    join_all((0..300).map(|_| begin(&limiter))).await;
    assert!(start.elapsed() <= ms(101), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_is_dropped_before_its_turn_wakes_the_next() {
    let (limiter, start) = (limiter(1, ms(10_000)), Instant::now());
    limiter.try_acquire().unwrap();
    let mut first = Box::pin(limiter.cost(1).acquire());
    assert!(poll_once(first.as_mut()).await.is_pending());
    let waiter = async {
        begin(&limiter).await.unwrap();
        start.elapsed()
    };
    let leaver = async {
        sleep(ms(60)).await;
        drop(first);
    };
    let (began, ()) = tokio::join!(waiter, leaver);
    assert_eq!(began, ms(100));
}

/// One caller of the model.
#[derive(Clone, Copy, Debug)]
struct Caller {
    at: u64,
    cost: u32,
    /// Gives up after that many milliseconds of waiting.
    patience: u64,
}

/// The same limit the obvious way, in milliseconds: a bucket of tokens, and a list of those who wait.
fn model(callers: &[Caller], burst: u64, max_wait: u64) -> Vec<Option<u64>> {
    let (mut begun, mut queue) = (vec![None; callers.len()], VecDeque::<usize>::new());
    let (mut tokens, capacity) = (burst * TOKEN, burst * TOKEN);
    let end = callers.iter().map(|caller| caller.at + max_wait + 1).max().unwrap_or_default();
    for now in 0..=end {
        tokens = if now == 0 { capacity } else { (tokens + 1).min(capacity) };
        let weight = |index: usize| u64::from(callers[index].cost) * TOKEN;
        queue.retain(|&index| now < callers[index].at + callers[index].patience);
        loop {
            match queue.front() {
                Some(&first) if weight(first) <= tokens => {
                    tokens -= weight(first);
                    begun[first] = Some(now);
                    queue.pop_front();
                }
                _ => break,
            }
        }
        for index in (0..callers.len()).filter(|&index| callers[index].at == now) {
            let ahead: u64 = queue.iter().map(|&other| weight(other)).sum();
            if weight(index) > capacity {
                continue;
            }
            if queue.is_empty() && weight(index) <= tokens {
                tokens -= weight(index);
                begun[index] = Some(now);
            } else if (ahead + weight(index)).saturating_sub(tokens) <= max_wait {
                queue.push_back(index);
            }
        }
    }
    begun
}

/// A token takes ten milliseconds to come.
const TOKEN: u64 = 10;

/// When each caller's body began on paused time.
fn played(callers: &[Caller], burst: u32, max_wait: u64) -> Vec<Option<u64>> {
    let config = RateLimitConfig::per_second(100).burst(burst).max_wait(ms(max_wait));
    let limiter = RateLimiter::new("model", config);
    let play = async {
        let start = Instant::now();
        let calls = callers.iter().map(|caller| {
            let limiter = &limiter;
            async move {
                sleep(ms(caller.at)).await;
                let body = async { Ok::<_, Rejection>(start.elapsed()) };
                let call = limiter.cost(caller.cost).call(body);
                timeout(ms(caller.patience), call).await.ok()?.ok()
            }
        });
        let begun = join_all(calls).await;
        begun.into_iter().map(|at| at.map(|at| u64::try_from(at.as_millis()).unwrap())).collect()
    };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().unwrap().block_on(play)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    #[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
    fn the_queue_does_what_a_list_and_a_bucket_do(
        burst in 1_u32..6,
        max_wait in 1_u64..200,
        callers in prop::collection::vec((0_u64..12, 1_u32..4, 0_u64..150), 0..40),
    ) {
        // Callers come at moments of their own, turns come at even ones, and callers give up at odd ones.
        let callers: Vec<_> = (0..).zip(callers).map(|(number, (at, cost, patience))| {
            Caller { at: 80 * at + 2 * number, cost, patience: 2 * patience + 1 }
        }).collect();
        prop_assert_eq!(played(&callers, burst, max_wait), model(&callers, burst.into(), max_wait));
    }
}
