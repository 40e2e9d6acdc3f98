//! Where policies, functions and tasks meet: other examples of what the rooms' own tests hold, across shapes that share no
//! code (by key, by hand, pipelines, tower layers, tasks of a `LocalSet`, futures that are kept and polled by others).

#![allow(
    clippy::manual_async_fn,
    clippy::needless_question_mark,
    reason = "forms that users write are compared"
)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::StreamExt;
use futures_util::future::poll_fn;
use futures_util::stream::FuturesUnordered;
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, CircuitState, Hedge,
    HedgeConfig, Keyed, Pipeline, RateLimitConfig, RateLimiter, Rejection, RejectionKind, Retry,
    RetryConfig, Timeout, TimeoutConfig, attempt, bulkhead, call_id, circuit_breaker, deadline,
    detach, fallback, hedge, inherit, rate_limit, registry, remaining, resilient, retry, timeout,
};
use tokio::time::{Instant, advance, sleep};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

const MINUTE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Failed {
    Body,
    Rejected(RejectionKind),
}

impl From<Rejection> for Failed {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection.kind())
    }
}

const TIMED_OUT: Result<(), Failed> = Err(Failed::Rejected(RejectionKind::TimedOut));

/// The clock moves on without this task waiting, as it does on a busy thread.
async fn busy(time: Duration) {
    let mut advance = std::pin::pin!(advance(time));
    poll_fn(|cx| {
        let _ = advance.as_mut().poll(cx);
        Poll::Ready(())
    })
    .await;
}

/// Polls once.
async fn begin<F: Future + Unpin>(future: &mut F) {
    assert!(futures_util::poll!(future).is_pending());
}

const ONE: CircuitBreakerConfig = CircuitBreakerConfig::new().consecutive_failures(1);
const QUEUE: BulkheadConfig =
    BulkheadConfig::new().max_concurrent(1).max_wait(Duration::from_secs(10));

// Turns.

/// 30 calls a second for half a minute, each giving up after a second, against ten turns a second.
async fn begun_of_900<F, R, E>(call: impl Fn() -> F) -> usize
where
    F: Future<Output = Result<R, E>>,
{
    let calls = FuturesUnordered::new();
    for i in 0..900_u64 {
        let call = call();
        calls.push(async move {
            sleep(millis(i * 1_000 / 30)).await;
            matches!(tokio::time::timeout(millis(1_000), call).await, Ok(Ok(_)))
        });
    }
    calls.filter(|begun| std::future::ready(*begun)).count().await
}

#[tokio::test(start_paused = true)]
async fn turns_of_those_who_give_up_are_taken_by_others() {
    const CONFIG: RateLimitConfig =
        RateLimitConfig::per_second(10).burst(1).max_wait(Duration::from_secs(10));
    static BY_HAND: RateLimiter = RateLimiter::new("turns by hand", CONFIG);
    static BY_KEY: Keyed<RateLimiter> = Keyed::<RateLimiter>::new("turns by key", CONFIG);
    #[resilient(
        rate_limit("10/s", burst = 1, max_wait = "10s"),
        timeout("20s"),
        circuit_breaker(off)
    )]
    async fn piped() -> Result<(), Rejection> {
        Ok(())
    }
    let expected = 295..=310;
    for begun in [
        begun_of_900(|| BY_HAND.acquire()).await,
        begun_of_900(|| async { BY_KEY.get(&7_u64).acquire().await }).await,
        begun_of_900(|| BY_HAND.guard(async { Ok(()) })).await,
        begun_of_900(piped).await,
    ] {
        assert!(expected.contains(&begun), "{begun}");
    }
}

// Wake-ups that nothing else makes.

/// What waits is polled inside a call that ends before it, also after that call's deadline, and then by its owner alone.
async fn is_woken_elsewhere<F: Future + Unpin>(mut waits: F) -> F::Output {
    #[timeout("5ms")]
    async fn polls<F: Future + Unpin>(waits: &mut F) -> Result<Poll<F::Output>, Rejection> {
        begin(waits).await;
        busy(millis(10)).await;
        Ok(futures_util::poll!(waits))
    }
    begin(&mut waits).await;
    match polls(&mut waits).await {
        Ok(Poll::Ready(output)) => output,
        _ => tokio::time::timeout(MINUTE, waits).await.expect("it is woken"),
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_waits_is_woken_where_it_is_polled_last() {
    static POOL: Bulkhead = Bulkhead::new("woken slot", QUEUE);
    #[rate_limit("10/s", burst = 1, max_wait = "10s")]
    async fn turn() -> Result<(), Failed> {
        Ok(())
    }
    #[bulkhead(POOL)]
    async fn slot() -> Result<(), Failed> {
        Ok(())
    }
    #[retry(attempts = 3, delay = "30ms", jitter = none)]
    async fn pause() -> Result<(), Failed> {
        if attempt() == 3 { Ok(()) } else { Err(Failed::Body) }
    }
    #[hedge(after = "30ms")]
    async fn hedged(runs: &Cell<u32>) -> Result<(), Failed> {
        runs.set(runs.get() + 1);
        if runs.get() == 1 { std::future::pending().await } else { Ok(()) }
    }
    #[timeout("50ms")]
    async fn limited() -> Result<(), Failed> {
        std::future::pending().await
    }
    // What is polled after a deadline may begin nothing: a turn or slot is rejected, or waits on.
    let too_late = Err(Failed::Rejected(RejectionKind::DeadlineExceeded));
    turn().await.unwrap();
    assert_eq!(is_woken_elsewhere(Box::pin(turn())).await, too_late);
    assert_eq!(is_woken_elsewhere(Box::pin(detach(turn()))).await, Ok(()));
    let held = POOL.try_acquire().unwrap();
    tokio::spawn(async move {
        sleep(millis(100)).await;
        drop(held);
    });
    assert_eq!(is_woken_elsewhere(Box::pin(detach(slot()))).await, Ok(()));
    assert_eq!(is_woken_elsewhere(Box::pin(pause())).await, Ok(()));
    let runs = Cell::new(0);
    assert_eq!(is_woken_elsewhere(Box::pin(hedged(&runs))).await, Ok(()));
    assert_eq!(is_woken_elsewhere(Box::pin(limited())).await, TIMED_OUT);
}

#[tokio::test(start_paused = true)]
async fn a_shared_flight_that_its_first_caller_leaves_goes_on() {
    #[retry(attempts = 3, delay = "50ms", jitter = none)]
    async fn flaky() -> Result<u32, Failed> {
        if attempt() == 3 { Ok(attempt()) } else { Err(Failed::Body) }
    }
    #[timeout("20ms")]
    async fn impatient<F: Future>(future: F) -> Result<F::Output, Rejection> {
        Ok(future.await)
    }
    let flight = detach(flaky()).boxed_local().shared();
    let (first, second) = tokio::join!(impatient(flight.clone()), async {
        sleep(millis(1)).await;
        tokio::time::timeout(MINUTE, flight.clone()).await
    });
    assert!(first.is_err());
    assert_eq!(second, Ok(Ok(3)));
}

// Facts.

#[derive(Debug, PartialEq)]
struct Facts(Option<Instant>, u32);

fn facts() -> Facts {
    Facts(deadline(), attempt())
}

const NONE: Facts = Facts(None, 1);

#[tokio::test(start_paused = true)]
async fn tasks_that_a_call_drives_are_shielded_if_they_are_detached() {
    #[timeout("1s")]
    #[retry(attempts = 2, delay = "0ms")]
    async fn drives(seen: &RefCell<Vec<Facts>>) -> Result<(), Failed> {
        let tasks = tokio::task::LocalSet::new();
        let told = tasks.spawn_local(inherit(async { facts() }));
        let detached = tasks.spawn_local(detach(async {
            tokio::task::yield_now().await;
            facts()
        }));
        let own = facts();
        let driven = tasks.run_until(async {
            tokio::task::yield_now().await;
            facts()
        });
        let driven = driven.await;
        seen.borrow_mut().push(driven);
        tasks.await;
        let told = told.await.unwrap();
        seen.borrow_mut().push(told);
        seen.borrow_mut().push(own);
        assert_eq!(detached.await.unwrap(), NONE);
        let mut kept = FuturesUnordered::from_iter([detach(async { facts() })]);
        assert_eq!(kept.next().await, Some(NONE));
        Err(Failed::Body)
    }
    let seen = RefCell::default();
    drives(&seen).await.unwrap_err();
    let seen = seen.into_inner();
    assert_eq!(seen.len(), 6);
    for (number, three) in (1..).zip(seen.chunks(3)) {
        assert!(three.iter().all(|facts| *facts == three[0]), "{three:?}");
        assert_eq!((three[0].1, three[0].0.is_some()), (number, true));
    }
}

#[tokio::test(start_paused = true)]
async fn ids_are_one_for_a_call_and_none_of_anothers() {
    #[hedge(after = "5ms", max_attempts = 3)]
    async fn hedged(ids: &RefCell<Vec<resilience::CallId>>) -> Result<(), Failed> {
        ids.borrow_mut().push(call_id());
        sleep(millis(20)).await;
        Ok(())
    }
    static HEDGE: Hedge =
        Hedge::new("ids by hand", HedgeConfig::new().after(millis(5)).max_attempts(2));
    static RETRY: Retry =
        Retry::new("ids by hand", RetryConfig::new().attempts(2).delay(millis(0)));
    let (one, other) = (RefCell::default(), RefCell::default());
    let (a, b) = tokio::join!(hedged(&one), hedged(&other));
    assert_eq!((a, b), (Ok(()), Ok(())));
    let by_hand = RefCell::new(Vec::new());
    let around = RETRY.call(|| {
        HEDGE.call(|| async {
            by_hand.borrow_mut().push(call_id());
            sleep(millis(20)).await;
            Err::<(), _>(Failed::Body)
        })
    });
    around.await.unwrap_err();
    let all = [one.into_inner(), other.into_inner(), by_hand.into_inner()];
    assert_eq!(all.each_ref().map(Vec::len), [3, 3, 4]);
    for ids in &all {
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
    assert!(all[0][0] != all[1][0] && all[1][0] != all[2][0]);
}

// Nothing begins after its time.

/// `call` waits until 90 ms under a limit of 100 ms, the thread until 150 ms.
async fn begins_nothing_late<F: Future<Output = Result<(), Failed>>>(
    call: impl FnOnce(Rc<Cell<u32>>) -> F,
) {
    static LIMIT: Timeout = Timeout::new("late", TimeoutConfig::new().after(millis(100)));
    let runs = Rc::new(Cell::new(0));
    let guarded = LIMIT.call(call(Rc::clone(&runs)));
    let mut guarded = Box::pin(guarded);
    begin(&mut guarded).await;
    let before = runs.get();
    busy(millis(150)).await;
    let late = guarded.await;
    assert!(
        matches!(
            late,
            Err(Failed::Rejected(RejectionKind::TimedOut | RejectionKind::DeadlineExceeded))
        ),
        "{late:?}"
    );
    assert_eq!(runs.get(), before, "a body began after the deadline");
}

#[tokio::test(start_paused = true)]
async fn no_shape_of_waiting_begins_anything_after_the_deadline() {
    const TURNS: RateLimitConfig =
        RateLimitConfig::new().rate_per(1, millis(90)).max_wait(Duration::from_secs(1));
    static SLOTS: Bulkhead = Bulkhead::new("late slots", QUEUE);
    static SLOTS_BY_KEY: Keyed<Bulkhead> = Keyed::<Bulkhead>::new("late slots by key", QUEUE);
    static LIMITER: RateLimiter = RateLimiter::new("late turns", TURNS);
    static LIMITERS: Keyed<RateLimiter> = Keyed::<RateLimiter>::new("late turns by key", TURNS);
    static PAUSES: Retry = Retry::new(
        "late pauses",
        RetryConfig::new().delay(millis(90)).jitter(resilience::Jitter::None),
    );
    static HEDGE: Hedge = Hedge::new("late hedges", HedgeConfig::new().after(millis(90)));
    let ran = |runs: Rc<Cell<u32>>, outcome| async move {
        runs.set(runs.get() + 1);
        outcome
    };
    let held = SLOTS.try_acquire().unwrap();
    let release = tokio::spawn(async move {
        sleep(millis(90)).await;
        drop(held);
    });
    begins_nothing_late(|runs| SLOTS.call(ran(runs, Ok(())))).await;
    release.await.unwrap();
    let permit = SLOTS_BY_KEY.get("a");
    let slot = permit.try_acquire().unwrap();
    begins_nothing_late(|runs| async move {
        let pool = SLOTS_BY_KEY.get("a");
        let call = pool.call(ran(runs, Ok(())));
        let release = async {
            sleep(millis(90)).await;
            drop(slot);
        };
        tokio::join!(call, release).0
    })
    .await;
    LIMITER.try_acquire().unwrap();
    begins_nothing_late(|runs| LIMITER.call(ran(runs, Ok(())))).await;
    LIMITERS.get("a").try_acquire().unwrap();
    begins_nothing_late(|runs| async move { LIMITERS.get("a").call(ran(runs, Ok(()))).await })
        .await;
    begins_nothing_late(|runs| PAUSES.call(move || ran(Rc::clone(&runs), Err(Failed::Body)))).await;
    begins_nothing_late(|runs| {
        HEDGE.call(move || {
            let first = ran(Rc::clone(&runs), Ok(()));
            async move {
                first.await.ok();
                std::future::pending().await
            }
        })
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn acquiring_by_hand_is_no_beginning_after_the_deadline_either() {
    static SLOTS: Bulkhead = Bulkhead::new("acquired late", QUEUE);
    #[timeout("100ms")]
    async fn acquires(ran: &Cell<bool>) -> Result<(), Failed> {
        let permit = SLOTS.acquire().await?;
        ran.set(true);
        drop(permit);
        Ok(())
    }
    let held = SLOTS.try_acquire().unwrap();
    let ran = Cell::new(false);
    let mut call = Box::pin(acquires(&ran));
    begin(&mut call).await;
    busy(millis(150)).await;
    drop(held);
    assert!(call.await.is_err());
    assert!(!ran.get());
    assert!(SLOTS.try_acquire().is_ok(), "the slot is not lost");
}

// Our own queues.

#[tokio::test(start_paused = true)]
async fn no_queue_of_ours_is_blamed_on_the_dependency() {
    static SLOTS: Bulkhead = Bulkhead::new("blamed slots", QUEUE);
    static SLOTS_BY_KEY: Keyed<Bulkhead> = Keyed::<Bulkhead>::new("blamed slots by key", QUEUE);
    static LIMIT: Timeout = Timeout::new("blamed", TimeoutConfig::new().after(millis(50)));
    static BY_HAND: CircuitBreaker = CircuitBreaker::new("blamed by hand", ONE);
    static BREAKERS: Keyed<CircuitBreaker> = Keyed::<CircuitBreaker>::new("blamed by key", ONE);
    #[resilient(
        timeout("50ms"),
        circuit_breaker(consecutive_failures = 1),
        retry(attempts = 2, delay = "1ms"),
        name = "blamed whole"
    )]
    #[bulkhead(SLOTS)]
    async fn whole() -> Result<(), Failed> {
        panic!("its body never begins")
    }
    #[timeout("50ms")]
    #[circuit_breaker(BREAKERS, key = tenant)]
    #[bulkhead(SLOTS_BY_KEY, key = tenant)]
    async fn by_key(tenant: &str) -> Result<(), Failed> {
        panic!("its body never begins")
    }
    let _held = SLOTS.try_acquire().unwrap();
    let pool = SLOTS_BY_KEY.get("a");
    let _held_by_key = pool.try_acquire().unwrap();

    let by_hand = LIMIT.call(BY_HAND.call(SLOTS.call(async { Ok(()) })));
    assert_eq!(by_hand.await, TIMED_OUT);
    assert_eq!((BY_HAND.state(), BY_HAND.totals().failures), (CircuitState::Closed, 0));
    assert_eq!(whole().await, TIMED_OUT);
    let whole = registry().circuit_breaker("blamed whole.circuit_breaker").unwrap();
    assert_eq!((whole.state(), whole.totals().failures), (CircuitState::Closed, 0));
    assert_eq!(by_key("a").await, TIMED_OUT);
    let breaker = BREAKERS.get("a");
    assert_eq!((breaker.state(), breaker.totals().cancelled), (CircuitState::Closed, 1));
}

#[tokio::test(start_paused = true)]
async fn layers_of_tower_know_queues_of_ours_too() {
    use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};

    static LIMIT: Timeout = Timeout::new("tower queue", TimeoutConfig::new().after(millis(50)));
    static BREAKER: CircuitBreaker = CircuitBreaker::new("tower queue", ONE);
    static SLOTS: Bulkhead = Bulkhead::new("tower queue", QUEUE);
    let service = ServiceBuilder::new()
        .layer(LIMIT.layer())
        .layer(BREAKER.layer())
        .layer(SLOTS.layer())
        .service(service_fn(|(): ()| std::future::pending::<Result<(), BoxError>>()));
    let held = SLOTS.try_acquire().unwrap();
    assert!(service.clone().oneshot(()).await.is_err());
    assert_eq!((BREAKER.state(), BREAKER.totals().failures), (CircuitState::Closed, 0));
    drop(held);
    assert!(service.oneshot(()).await.is_err());
    assert_eq!(BREAKER.state(), CircuitState::Open);
}

// From the first poll.

#[tokio::test(start_paused = true)]
async fn every_limit_runs_from_the_first_poll() {
    static BY_HAND: Timeout = Timeout::new("first poll", TimeoutConfig::new().after(millis(200)));
    static WHOLE: Pipeline = Pipeline::new("first poll").timeout(&BY_HAND);
    #[resilient(timeout("200ms"), circuit_breaker(off))]
    async fn whole() -> Result<(), Rejection> {
        busy(millis(150)).await;
        std::future::pending().await
    }
    #[resilient(timeout("1s"), retry(attempts = 1), attempt_timeout("200ms"), circuit_breaker(off))]
    async fn of_an_attempt() -> Result<(), Rejection> {
        busy(millis(150)).await;
        std::future::pending().await
    }
    #[timeout("200ms")]
    #[hedge(after = "10ms", max_attempts = 2)]
    #[bulkhead]
    async fn hedged() -> Result<(), Rejection> {
        busy(millis(75)).await;
        std::future::pending().await
    }
    #[timeout(after = limit)]
    fn returned(limit: Duration) -> impl Future<Output = Result<(), Rejection>> {
        async move {
            busy(millis(150)).await;
            std::future::pending().await
        }
    }
    let works = || async {
        busy(millis(150)).await;
        std::future::pending::<Result<(), Rejection>>().await
    };
    for call in [
        BY_HAND.call(works()).boxed_local(),
        BY_HAND.call_within(millis(200), works()).boxed_local(),
        WHOLE.call(works).boxed_local(),
        whole().boxed_local(),
        of_an_attempt().boxed_local(),
        hedged().boxed_local(),
        returned(millis(200)).boxed_local(),
    ] {
        sleep(millis(7)).await;
        let start = Instant::now();
        assert_eq!(call.await.unwrap_err().kind(), RejectionKind::TimedOut);
        let took = start.elapsed();
        assert!(took >= millis(200) && took <= millis(204), "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_nested_in_a_body_that_overran_does_not_begin() {
    static INNER: Timeout = Timeout::new("nested", TimeoutConfig::new().after(MINUTE));
    static WHOLE: Pipeline = Pipeline::new("nested whole").timeout(&INNER);
    #[timeout("200ms")]
    async fn outer<F: Future<Output = Result<(), Rejection>>>(
        inner: F,
    ) -> Result<Rejection, Rejection> {
        busy(millis(250)).await;
        Ok(inner.await.unwrap_err())
    }
    #[resilient(circuit_breaker(off))]
    async fn whole() -> Result<(), Rejection> {
        panic!("it begins")
    }
    #[timeout]
    #[retry]
    async fn retried() -> Result<(), Rejection> {
        panic!("it begins")
    }
    let body = || async { panic!("it begins") };
    for inner in [
        INNER.call(body()).boxed_local(),
        WHOLE.call(body).boxed_local(),
        whole().boxed_local(),
        retried().boxed_local(),
    ] {
        let rejection = outer(inner).await.unwrap();
        assert!(
            matches!(rejection, Rejection::DeadlineExceeded { .. } | Rejection::TimedOut { .. }),
            "{rejection}"
        );
    }
}

// A breaker that is met again inside its own trial.

#[tokio::test(start_paused = true)]
async fn trials_meet_their_breaker_again_in_every_shape() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new("met again", ONE.open_for(MINUTE));
    static BREAKERS: Keyed<CircuitBreaker> =
        Keyed::<CircuitBreaker>::new("met again by key", ONE.open_for(MINUTE));
    static WHOLE: Pipeline = Pipeline::new("met again").circuit_breaker(&BREAKER);
    #[circuit_breaker(BREAKERS, key = tenant)]
    async fn outer(tenant: &str) -> Result<(), Failed> {
        let (one, other) = tokio::join!(inner(tenant), inner(tenant));
        one.and(other)
    }
    #[circuit_breaker(BREAKERS, key = tenant)]
    async fn inner(tenant: &str) -> Result<(), Failed> {
        sleep(millis(1)).await;
        Ok(())
    }
    BREAKERS.get("a").try_acquire().unwrap().failure();
    BREAKERS.get("b").try_acquire().unwrap().failure();
    BREAKER.try_acquire().unwrap().failure();
    advance(MINUTE).await;
    assert_eq!(outer("a").await, Ok(()));
    let breaker = BREAKERS.get("a");
    assert_eq!((breaker.state(), breaker.totals().successes), (CircuitState::Closed, 1));
    assert_eq!(
        BREAKERS.get("b").state(),
        CircuitState::HalfOpen,
        "another key's breaker is another"
    );

    let nested = WHOLE.call(|| async {
        BREAKER.call(async { BREAKER.call_blocking(|| Ok::<_, Failed>(())) }).await
    });
    assert_eq!(nested.await, Ok(()));
    assert_eq!((BREAKER.state(), BREAKER.totals().successes), (CircuitState::Closed, 1));
}

#[tokio::test(start_paused = true)]
async fn a_nested_call_that_is_dropped_leaves_the_trial_alone() {
    static BREAKER: CircuitBreaker =
        CircuitBreaker::new("nested and dropped", ONE.open_for(MINUTE));
    BREAKER.try_acquire().unwrap().failure();
    advance(MINUTE).await;
    let trial = BREAKER.call(async {
        let hangs = BREAKER.call(std::future::pending::<Result<(), Failed>>());
        assert!(tokio::time::timeout(millis(10), hangs).await.is_err());
        Ok::<_, Failed>(())
    });
    assert_eq!(trial.await, Ok(()));
    assert_eq!((BREAKER.state(), BREAKER.totals().successes), (CircuitState::Closed, 1));
}

#[tokio::test(start_paused = true)]
async fn beside_a_running_trial_one_is_told_to_come_back_soon() {
    for (open_for, expected) in [(MINUTE, millis(1_000)), (millis(200), millis(200))] {
        let breaker: &'static CircuitBreaker =
            Box::leak(Box::new(CircuitBreaker::new("soon", ONE.open_for(open_for))));
        breaker.try_acquire().unwrap().failure();
        advance(open_for).await;
        let _trial = breaker.try_acquire().unwrap();
        let rejection = breaker.call(async { Ok::<_, Rejection>(()) }).await.unwrap_err();
        assert_eq!(rejection.retry_after(), Some(expected));
        let blocking = breaker.call_blocking(|| Ok::<_, Rejection>(())).unwrap_err();
        assert_eq!(blocking.retry_after(), Some(expected));
    }
}

// Rejections of functions further in.

#[derive(Debug)]
struct Sourced(Rejection);

impl std::fmt::Display for Sourced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("it failed")
    }
}

impl std::error::Error for Sourced {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl From<Rejection> for Sourced {
    fn from(rejection: Rejection) -> Self {
        Self(rejection)
    }
}

static DOWN: CircuitBreaker = CircuitBreaker::new("down", ONE);

/// Calls an inner function whose circuit is open; how often the outer body ran, and what its breaker makes of it.
macro_rules! across_functions {
    ($($name:ident: $error:ty, $(#[$attribute:meta])* [$($asyncness:ident)?] $inner:expr;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            static OUTER: CircuitBreaker = CircuitBreaker::new(stringify!($name), ONE);
            static RUNS: AtomicU32 = AtomicU32::new(0);
            #[circuit_breaker(OUTER)]
            $(#[$attribute])*
            $($asyncness)? fn outer() -> Result<(), $error> {
                RUNS.fetch_add(1, Ordering::Relaxed);
                $inner
            }
            DOWN.force_open();
            let _ = across_functions!(@await $($asyncness)? outer());
            assert_eq!(RUNS.load(Ordering::Relaxed), 1);
            assert_eq!((OUTER.state(), OUTER.totals().ignored), (CircuitState::Closed, 1));
        }
    )*};
    (@await async $call:expr) => { $call.await };
    (@await $call:expr) => { $call };
}

fn inner<E: From<Rejection>>() -> Result<(), E> {
    DOWN.try_acquire()?.success();
    Ok(())
}

across_functions! {
    across_to_a_boxed_error: Box<dyn std::error::Error + Send + Sync>,
        #[retry(attempts = 3, delay = "0ms")] [async] Ok(inner::<Rejection>()?);
    across_to_anyhow: anyhow::Error,
        #[retry(attempts = 3, delay = "0ms")] [async]
        Ok(anyhow::Context::context(inner::<Sourced>(), "with context")?);
    across_to_an_io_error: std::io::Error,
        #[retry(attempts = 3, delay = "0ms")] [async] Ok(inner::<std::io::Error>()?);
    across_to_an_io_error_that_wraps: std::io::Error,
        #[retry(attempts = 3, delay = "0ms")] [async]
        inner::<Rejection>().map_err(std::io::Error::other);
    across_to_an_error_with_a_source: Sourced,
        #[retry(attempts = 3, delay = "0ms")] [async] inner::<Sourced>();
    across_to_a_wrapped_error: resilience::Error<Sourced>,
        #[retry(attempts = 3, delay = "0ms")] [async] Ok(inner::<Sourced>()?);
    across_to_a_rejection_under_a_hedge: Rejection,
        #[hedge(after = "10ms")] [async] inner::<Rejection>();
    across_synchronous_functions: Sourced,
        #[retry(attempts = 3, delay = "0ms")] [] inner::<Sourced>();
}

#[tokio::test(start_paused = true)]
async fn by_hand_a_rejection_from_further_in_keeps_its_nature() {
    static OUTER: CircuitBreaker = CircuitBreaker::new("by hand across", ONE);
    static RETRY: Retry = Retry::new("by hand across", RetryConfig::new().delay(millis(0)));
    static WHOLE: Pipeline = Pipeline::new("across").retry(&RETRY).circuit_breaker(&OUTER);
    DOWN.force_open();
    let runs = Cell::new(0);
    let run = || async {
        runs.set(runs.get() + 1);
        inner::<Rejection>()
    };
    RETRY.classified().call(|| OUTER.classified().call(run())).await.unwrap_err();
    assert_eq!((runs.replace(0), OUTER.totals().ignored), (1, 1));
    WHOLE.classified().call(run).await.unwrap_err();
    assert_eq!((runs.get(), OUTER.totals().ignored, OUTER.totals().failures), (1, 2, 0));
}

// Hints.

#[derive(Clone, Debug)]
struct Hinted(Duration);

impl resilience::Classify for Hinted {
    fn class(&self) -> resilience::Class {
        resilience::Class::Transient
    }

    fn retry_after(&self) -> Option<Duration> {
        Some(self.0)
    }
}

impl From<Rejection> for Hinted {
    fn from(rejection: Rejection) -> Self {
        Self(rejection.retry_after().unwrap_or_default())
    }
}

#[tokio::test(start_paused = true)]
async fn hints_are_floors_wherever_they_come_from() {
    #[retry(attempts = 2)]
    async fn classified(hint: Duration) -> Result<(), Hinted> {
        if attempt() == 1 { Err(Hinted(hint)) } else { Ok(()) }
    }
    #[resilient(retry(attempts = 2, jitter = none), circuit_breaker(off), timeout("10m"))]
    async fn whole(hint: Duration) -> Result<(), Hinted> {
        if attempt() == 1 { Err(Hinted(hint)) } else { Ok(()) }
    }
    #[retry(attempts = 2, jitter = none, retry_after = |error| Some(error.0))]
    fn synchronous(hint: Duration) -> Result<(), Hinted> {
        if attempt() == 1 { Err(Hinted(hint)) } else { Ok(()) }
    }
    let took = |start: Instant| start.elapsed();
    let mut delays = Vec::new();
    for _ in 0..50 {
        let start = Instant::now();
        classified(millis(5_000)).await.unwrap();
        delays.push(took(start));
    }
    assert!(
        delays.iter().all(|delay| (millis(5_000)..=millis(5_101)).contains(delay)),
        "{delays:?}"
    );
    assert!(delays.iter().any(|delay| *delay != delays[0]), "they come back in one instant");
    let start = Instant::now();
    whole(millis(5_000)).await.unwrap();
    assert_eq!(took(start), millis(5_000));
    let start = Instant::now();
    classified(MINUTE).await.unwrap();
    assert!(took(start) >= MINUTE, "a minute is not too long");
    assert!(classified(millis(60_001)).await.is_err());
    assert!(whole(millis(86_400_000)).await.is_err());
    assert!(synchronous(millis(86_400_000)).is_err());
}

// Totals.

#[tokio::test(start_paused = true)]
async fn the_limit_on_the_whole_bounds_every_wait() {
    static SLOTS: Bulkhead = Bulkhead::new(
        "bounded",
        BulkheadConfig::new().max_concurrent(1).max_wait(Duration::from_secs(7_200)),
    );
    static TENANTS: Keyed<RateLimiter> = Keyed::<RateLimiter>::new(
        "bounded",
        RateLimitConfig::per_hour(1).burst(1).max_wait(Duration::from_secs(7_200)),
    );
    #[resilient(timeout("1s"), bulkhead(SLOTS), circuit_breaker(off))]
    async fn slot() -> Result<(), Failed> {
        Ok(())
    }
    #[resilient(timeout("1s"), rate_limit(TENANTS, key = tenant), circuit_breaker(off), retry)]
    async fn turn(tenant: &str) -> Result<(), Failed> {
        Ok(())
    }
    #[timeout("1s")]
    #[fallback(late().await)]
    async fn with_a_fallback() -> Result<(), Failed> {
        Err(Failed::Body)
    }
    async fn late() -> Result<(), Failed> {
        sleep(MINUTE).await;
        Ok(())
    }
    let _held = SLOTS.try_acquire().unwrap();
    turn("a").await.unwrap();
    for call in [slot().boxed_local(), turn("a").boxed_local(), with_a_fallback().boxed_local()] {
        let start = Instant::now();
        assert!(call.await.is_err());
        assert!(start.elapsed() <= millis(1_004), "{:?}", start.elapsed());
    }
}

#[test]
fn rates_too_long_for_the_clock_are_no_config() {
    static LIMITER: RateLimiter = RateLimiter::new("too long", RateLimitConfig::per_second(1));
    let hours = |count: u64| Duration::from_secs(count * 3_600);
    for (count, per, burst) in
        [(100, hours(876_000), 100), (1, hours(200_000), 1), (1, hours(1_000), 1_000)]
    {
        let config = RateLimitConfig::new().rate_per(count, per).burst(burst);
        assert!(LIMITER.reconfigure(config).is_err(), "{count} per {per:?}, burst {burst}");
    }
    assert!(LIMITER.reconfigure(RateLimitConfig::new().rate_per(1, hours(8_760))).is_ok());
}

// Black holes.

#[tokio::test(start_paused = true)]
async fn a_black_hole_opens_the_circuit_however_it_is_dropped() {
    const SLOW: CircuitBreakerConfig =
        CircuitBreakerConfig::new().slow_call(millis(100)).min_calls(2);
    static BY_HAND: CircuitBreaker = CircuitBreaker::new("hole by hand", SLOW);
    static BY_KEY: Keyed<CircuitBreaker> = Keyed::<CircuitBreaker>::new("hole by key", SLOW);
    static IN_TOWER: CircuitBreaker = CircuitBreaker::new("hole in tower", SLOW);
    async fn hole() -> Result<(), Failed> {
        std::future::pending().await
    }
    #[circuit_breaker(BY_KEY, key = tenant)]
    async fn by_key(tenant: &str) -> Result<(), Failed> {
        hole().await
    }
    for _ in 0..2 {
        let dropped = tokio::time::timeout(millis(100), BY_HAND.call(hole())).await;
        assert!(dropped.is_err());
        tokio::select! {
            biased;
            _ = by_key("a") => panic!("it hangs"),
            () = sleep(millis(150)) => {}
        }
        let service = tower::ServiceBuilder::new()
            .timeout(millis(150))
            .layer(IN_TOWER.layer())
            .service(tower::service_fn(|(): ()| {
                std::future::pending::<Result<(), Arc<str>>>().map(
                    |answer: Result<(), Arc<str>>| {
                        answer.map_err(|text| tower::BoxError::from(&*text))
                    },
                )
            }));
        assert!(tower::ServiceExt::oneshot(service, ()).await.is_err());
    }
    assert_eq!(BY_HAND.state(), CircuitState::Open);
    assert_eq!(BY_KEY.get("a").state(), CircuitState::Open);
    assert_eq!(IN_TOWER.state(), CircuitState::Open);
    assert_eq!(remaining(), None);
}
