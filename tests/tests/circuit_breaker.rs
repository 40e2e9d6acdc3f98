//! What `#[circuit_breaker]` does around a function: when a call begins, trials, re-entrance, and calls that are dropped.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use resilience::{
    Bulkhead, BulkheadConfig, Cause, CircuitBreaker, CircuitState, Event, Rejection, RejectionKind,
    bulkhead, circuit_breaker, hedge, rate_limit, registry, retry, timeout,
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

use Failed::{Body, Rejected};

const TIMED_OUT: Result<(), Failed> = Err(Rejected(RejectionKind::TimedOut));
const CIRCUIT_OPEN: Result<(), Failed> = Err(Rejected(RejectionKind::CircuitOpen));

fn breaker(function: &str) -> &'static CircuitBreaker {
    registry()
        .circuit_breaker(&format!("circuit_breaker::{function}"))
        .expect("listed before its first call")
}

/// A bulkhead of one slot, and a queue.
const QUEUE: BulkheadConfig =
    BulkheadConfig::new().max_concurrent(1).max_wait(Duration::from_secs(10));

// A call begins when its body is first polled.

#[tokio::test(start_paused = true)]
async fn a_call_that_times_out_in_a_queue_is_cancelled() {
    static POOL: Bulkhead = Bulkhead::new("times_out_in_a_queue", QUEUE);
    #[timeout("50ms")]
    #[circuit_breaker(consecutive_failures = 1)]
    #[bulkhead(POOL)]
    async fn queued() -> Result<(), Failed> {
        panic!("its body never begins")
    }
    let _held = POOL.try_acquire().unwrap();
    assert_eq!(queued().await, TIMED_OUT);
    let totals = breaker("queued").totals();
    assert_eq!((breaker("queued").state(), totals.cancelled), (CircuitState::Closed, 1));
    assert_eq!((totals.requests, totals.failures), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_was_polled_once_fails_when_it_is_timed_out() {
    static POOL: Bulkhead = Bulkhead::new("polled_once", QUEUE);
    #[timeout("50ms")]
    #[circuit_breaker(consecutive_failures = 1)]
    #[bulkhead(POOL)]
    async fn polled_once() -> Result<(), Failed> {
        std::future::pending().await
    }
    assert_eq!(polled_once().await, TIMED_OUT);
    assert_eq!(breaker("polled_once").state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_began_after_a_queue_fails_when_it_is_timed_out() {
    static POOL: Bulkhead = Bulkhead::new("began_after_a_queue", QUEUE);
    #[timeout("50ms")]
    #[circuit_breaker(consecutive_failures = 1)]
    #[bulkhead(POOL)]
    async fn after_a_queue() -> Result<(), Failed> {
        std::future::pending().await
    }
    let held = POOL.try_acquire().unwrap();
    let release = async {
        sleep(millis(20)).await;
        drop(held);
    };
    assert_eq!(tokio::join!(after_a_queue(), release).0, TIMED_OUT);
    assert_eq!(breaker("after_a_queue").state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_further_in_that_ends_in_a_queue_says_nothing() {
    static POOL: Bulkhead = Bulkhead::new("timeout_further_in", QUEUE);
    #[circuit_breaker(consecutive_failures = 1)]
    #[timeout("50ms")]
    #[bulkhead(POOL)]
    async fn further_in() -> Result<(), Failed> {
        std::future::pending().await
    }
    let held = POOL.try_acquire().unwrap();
    assert_eq!(further_in().await, TIMED_OUT);
    assert_eq!(
        (breaker("further_in").state(), breaker("further_in").totals().ignored),
        (CircuitState::Closed, 1)
    );
    drop(held);
    assert_eq!(further_in().await, TIMED_OUT);
    assert_eq!(breaker("further_in").state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_in_a_queue_counts_if_the_author_says_so() {
    static POOL: Bulkhead = Bulkhead::new("author_says_so", QUEUE);
    #[circuit_breaker(consecutive_failures = 1, when_rejected = |_| true)]
    #[timeout("50ms")]
    #[bulkhead(POOL)]
    async fn strict() -> Result<(), Failed> {
        Ok(())
    }
    let _held = POOL.try_acquire().unwrap();
    assert_eq!(strict().await, TIMED_OUT);
    assert_eq!(breaker("strict").state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn every_breaker_around_a_queue_is_neutral() {
    static POOL: Bulkhead = Bulkhead::new("two_breakers", QUEUE);
    static OUTER: CircuitBreaker = CircuitBreaker::new("outer_of_two", ONE);
    static INNER: CircuitBreaker = CircuitBreaker::new("inner_of_two", ONE);
    #[timeout("50ms")]
    #[circuit_breaker(OUTER)]
    #[retry(attempts = 3, delay = "1ms")]
    #[circuit_breaker(INNER)]
    #[bulkhead(POOL)]
    async fn two_breakers() -> Result<(), Failed> {
        Ok(())
    }
    let _held = POOL.try_acquire().unwrap();
    assert_eq!(two_breakers().await, TIMED_OUT);
    assert_eq!((OUTER.state(), OUTER.totals().cancelled), (CircuitState::Closed, 1));
    assert_eq!((INNER.state(), INNER.totals().cancelled), (CircuitState::Closed, 1));
}

const ONE: resilience::CircuitBreakerConfig =
    resilience::CircuitBreakerConfig::new().consecutive_failures(1);

#[tokio::test(start_paused = true)]
async fn a_second_attempt_in_a_queue_does_not_undo_the_first() {
    static POOL: Bulkhead = Bulkhead::new("second_attempt", QUEUE);
    static OUTER: CircuitBreaker = CircuitBreaker::new("around_attempts", ONE);
    #[timeout("50ms")]
    #[circuit_breaker(OUTER)]
    #[retry(attempts = 2, delay = "10ms", jitter = none)]
    #[bulkhead(POOL)]
    async fn tried_again() -> Result<(), Failed> {
        Err(Body)
    }
    let take = async {
        sleep(millis(5)).await;
        POOL.try_acquire().unwrap()
    };
    let (outcome, _held) = tokio::join!(tried_again(), take);
    assert_eq!(outcome, TIMED_OUT);
    assert_eq!(OUTER.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_hedge_in_a_queue_does_not_undo_the_first_attempt() {
    static POOL: Bulkhead = Bulkhead::new("hedged", QUEUE);
    static OUTER: CircuitBreaker = CircuitBreaker::new("around_hedge", ONE);
    static INNER: CircuitBreaker = CircuitBreaker::new("inside_hedge", ONE);
    #[timeout("50ms")]
    #[circuit_breaker(OUTER)]
    #[hedge(after = "10ms")]
    #[circuit_breaker(INNER)]
    #[bulkhead(POOL)]
    async fn hedged() -> Result<(), Failed> {
        std::future::pending().await
    }
    assert_eq!(hedged().await, TIMED_OUT);
    assert_eq!(OUTER.state(), CircuitState::Open);
    assert_eq!((INNER.totals().failures, INNER.totals().requests), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_nested_call_in_a_queue_is_the_work_of_the_body_around_it() {
    static POOL: Bulkhead = Bulkhead::new("nested", QUEUE);
    #[bulkhead(POOL)]
    async fn inner() -> Result<(), Failed> {
        Ok(())
    }
    #[timeout("50ms")]
    #[circuit_breaker(consecutive_failures = 1)]
    async fn outer() -> Result<(), Failed> {
        inner().await
    }
    let _held = POOL.try_acquire().unwrap();
    assert_eq!(outer().await, TIMED_OUT);
    assert_eq!(breaker("outer").state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_is_waited_for_is_a_queue_too() {
    #[timeout("50ms")]
    #[circuit_breaker(consecutive_failures = 1)]
    #[rate_limit("1/s", max_wait = "40ms")]
    async fn turns() -> Result<(), Failed> {
        std::future::pending().await
    }
    let (first, second) = tokio::join!(turns(), turns());
    assert_eq!(first, TIMED_OUT);
    // Within its patience or not: it has not begun.
    assert!(second.is_err());
    assert_eq!(breaker("turns").totals().failures, 1);
}

#[tokio::test(start_paused = true)]
async fn time_in_a_queue_makes_no_call_slow() {
    static POOL: Bulkhead = Bulkhead::new("slow_in_a_queue", QUEUE);
    #[circuit_breaker(slow_call = "100ms", min_calls = 1, latency)]
    #[bulkhead(POOL)]
    async fn works(work: Duration) -> Result<(), Failed> {
        sleep(work).await;
        Ok(())
    }
    async fn after_a_queue(work: Duration) {
        let held = POOL.try_acquire().unwrap();
        let release = async {
            sleep(millis(80)).await;
            drop(held);
        };
        assert_eq!(tokio::join!(works(work), release).0, Ok(()));
    }
    let breaker = breaker("works");
    after_a_queue(millis(50)).await;
    assert_eq!((breaker.state(), breaker.totals().slow), (CircuitState::Closed, 0));
    assert_eq!(breaker.latency().unwrap().sum(), millis(50));
    after_a_queue(millis(100)).await;
    assert_eq!((breaker.totals().slow, breaker.last_trip()), (1, None));
}

#[tokio::test(start_paused = true)]
async fn by_hand_a_body_that_nothing_is_known_of_has_begun() {
    static POOL: Bulkhead = Bulkhead::new("unknown body", QUEUE);
    static BREAKER: CircuitBreaker = CircuitBreaker::new("unknown body", ONE);
    static TIMEOUT: resilience::Timeout = resilience::Timeout::new(
        "unknown body",
        resilience::TimeoutConfig::new().after(millis(50)),
    );
    let _held = POOL.try_acquire().unwrap();
    let mut waits = Box::pin(POOL.acquire());
    assert!(futures_util::poll!(&mut waits).is_pending());
    let body = async { Ok(std::future::pending::<Result<(), Failed>>().await) };
    let call = TIMEOUT.guard(BREAKER.guard(body));
    assert!(matches!(call.await, Err(Rejection::TimedOut { .. })));
    assert_eq!(BREAKER.state(), CircuitState::Open);
}

// Calls that are dropped.

#[circuit_breaker(slow_call = "1s", min_calls = 3, consecutive_failures = 2, name = "black hole")]
async fn black_hole() -> Result<(), Failed> {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn a_black_hole_opens_the_circuit_also_under_a_foreign_timeout() {
    let breaker = registry().circuit_breaker("black hole").unwrap();
    assert!(tokio::time::timeout(millis(999), black_hole()).await.is_err());
    assert_eq!((breaker.totals().cancelled, breaker.totals().slow), (1, 0));
    for _ in 0..3 {
        assert_eq!(breaker.state(), CircuitState::Closed);
        assert!(tokio::time::timeout(millis(1_000), black_hole()).await.is_err());
    }
    let trip = breaker.last_trip().unwrap();
    assert_eq!((breaker.state(), trip.cause), (CircuitState::Open, Cause::SlowRate));
    assert_eq!((trip.counts.slow, trip.counts.failures), (3, 0));
    let totals = breaker.totals();
    assert_eq!((totals.successes, totals.cancelled, totals.slow), (0, 4, 3));
    advance(MINUTE).await;
    assert!(tokio::time::timeout(millis(1_000), black_hole()).await.is_err());
    assert_eq!(breaker.last_trip().unwrap().cause, Cause::TrialSlow);
}

#[tokio::test(start_paused = true)]
async fn a_call_dropped_in_a_queue_is_not_slow_however_long_it_waited() {
    static POOL: Bulkhead = Bulkhead::new("dropped_in_a_queue", QUEUE);
    #[circuit_breaker(slow_call = "100ms", min_calls = 1)]
    #[bulkhead(POOL)]
    async fn dropped() -> Result<(), Failed> {
        Ok(())
    }
    let _held = POOL.try_acquire().unwrap();
    assert!(tokio::time::timeout(millis(500), dropped()).await.is_err());
    let totals = breaker("dropped").totals();
    assert_eq!((totals.cancelled, totals.slow), (1, 0));
}

// A call that comes to a breaker inside one of its trials.

static SHARED: CircuitBreaker = CircuitBreaker::new("through itself", ONE.open_for(MINUTE));

#[circuit_breaker(SHARED)]
async fn a(runs: &Mutex<Vec<char>>, outcome: Result<(), Failed>) -> Result<(), Failed> {
    runs.lock().unwrap().push('a');
    sleep(millis(1)).await;
    b(runs, outcome).await
}

#[circuit_breaker(SHARED)]
async fn b(runs: &Mutex<Vec<char>>, outcome: Result<(), Failed>) -> Result<(), Failed> {
    runs.lock().unwrap().push('b');
    sleep(millis(1)).await;
    outcome
}

#[tokio::test(start_paused = true)]
async fn a_call_inside_a_trial_of_its_breaker_is_part_of_it() {
    let runs = Mutex::new(Vec::new());
    assert_eq!(b(&runs, Err(Body)).await, Err(Body));
    assert_eq!(a(&runs, Ok(())).await, CIRCUIT_OPEN);

    advance(MINUTE).await;
    let before = SHARED.totals();
    assert_eq!(a(&runs, Err(Body)).await, Err(Body));
    assert_eq!(
        (SHARED.state(), SHARED.totals().failures),
        (CircuitState::Open, before.failures + 1)
    );

    advance(MINUTE).await;
    let before = SHARED.totals();
    assert_eq!(a(&runs, Ok(())).await, Ok(()));
    let after = SHARED.totals();
    assert_eq!(SHARED.state(), CircuitState::Closed);
    assert_eq!((after.successes, after.requests), (before.successes + 1, before.requests + 1));
    assert_eq!(*runs.lock().unwrap(), ['b', 'a', 'b', 'a', 'b']);
}

#[tokio::test(start_paused = true)]
async fn a_call_beside_a_trial_is_not_part_of_it() {
    static BESIDE: CircuitBreaker = CircuitBreaker::new("beside", ONE.open_for(MINUTE));
    #[circuit_breaker(BESIDE)]
    async fn beside(works: bool) -> Result<(), Failed> {
        sleep(millis(10)).await;
        works.then_some(()).ok_or(Body)
    }
    assert_eq!(beside(false).await, Err(Body));
    advance(MINUTE).await;
    let (trial, other) = tokio::join!(beside(true), beside(true));
    assert_eq!((trial, other), (Ok(()), CIRCUIT_OPEN));
}

#[tokio::test(start_paused = true)]
async fn a_spawned_task_is_not_part_of_the_trial() {
    static SPAWNED: CircuitBreaker = CircuitBreaker::new("spawned", ONE.open_for(MINUTE));
    #[circuit_breaker(SPAWNED)]
    async fn spawns() -> Result<Result<(), Failed>, Failed> {
        Ok(tokio::spawn(inside()).await.unwrap())
    }
    #[circuit_breaker(SPAWNED)]
    async fn inside() -> Result<(), Failed> {
        Ok(())
    }
    SPAWNED.try_acquire().unwrap().failure();
    advance(MINUTE).await;
    assert_eq!(spawns().await, Ok(CIRCUIT_OPEN));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_inherits_is_part_of_the_trial_and_a_detached_future_is_not() {
    static INHERITED: CircuitBreaker = CircuitBreaker::new("inherited", ONE.open_for(MINUTE));
    #[circuit_breaker(INHERITED)]
    async fn spawns() -> Result<[Result<(), Failed>; 2], Failed> {
        let detached = resilience::detach(inside()).await;
        Ok([tokio::spawn(resilience::inherit(inside())).await.unwrap(), detached])
    }
    #[circuit_breaker(INHERITED)]
    async fn inside() -> Result<(), Failed> {
        sleep(millis(1)).await;
        Ok(())
    }
    INHERITED.try_acquire().unwrap().failure();
    advance(MINUTE).await;
    assert_eq!(spawns().await, Ok([Ok(()), CIRCUIT_OPEN]));
    assert_eq!((INHERITED.state(), INHERITED.totals().successes), (CircuitState::Closed, 1));
}

#[tokio::test(start_paused = true)]
async fn recursion_recovers() {
    #[circuit_breaker(consecutive_failures = 1, open_for = "1s")]
    async fn recursive(depth: u32) -> Result<u32, Failed> {
        match depth {
            0 => Ok(0),
            99 => Err(Body),
            _ => Ok(1 + Box::pin(recursive(depth - 1)).await?),
        }
    }
    assert_eq!(recursive(99).await, Err(Body));
    advance(Duration::from_secs(1)).await;
    assert_eq!(recursive(4).await, Ok(4));
    let breaker = breaker("recursive");
    assert_eq!((breaker.state(), breaker.totals().successes), (CircuitState::Closed, 1));
}

#[test]
fn recursion_of_synchronous_functions_recovers() {
    #[circuit_breaker(consecutive_failures = 1, open_for = "1ms", name = "synchronous recursion")]
    fn recursive(depth: u32) -> Result<u32, Failed> {
        match depth {
            0 => Ok(0),
            99 => Err(Body),
            _ => Ok(1 + recursive(depth - 1)?),
        }
    }
    assert_eq!(recursive(99), Err(Body));
    let breaker = registry().circuit_breaker("synchronous recursion").unwrap();
    while breaker.state() == CircuitState::Open {
        std::thread::yield_now();
    }
    assert_eq!(recursive(4), Ok(4));
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_trial_that_panics_leaves_nothing_behind() {
    static PANICKING: CircuitBreaker = CircuitBreaker::new("panicking trial", ONE.open_for(MINUTE));
    #[circuit_breaker(PANICKING)]
    async fn panics() -> Result<(), Failed> {
        panic!("a bug")
    }
    #[circuit_breaker(PANICKING)]
    async fn works() -> Result<(), Failed> {
        Ok(())
    }
    PANICKING.try_acquire().unwrap().failure();
    advance(MINUTE).await;
    let panicked = futures_util::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(panics()));
    assert!(panicked.await.is_err());
    assert_eq!((PANICKING.state(), works().await), (CircuitState::Open, CIRCUIT_OPEN));
    advance(MINUTE).await;
    let trial = PANICKING.try_acquire().unwrap();
    assert_eq!(works().await, CIRCUIT_OPEN);
    trial.success();
}

// News.

#[test]
fn events_come_in_the_order_of_generations_on_two_threads() {
    use futures_util::{FutureExt, StreamExt};

    static HEARD: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    static CHANGES: AtomicU32 = AtomicU32::new(0);
    #[circuit_breaker(name = "news", on_state_change = |change| {
        // A slow listener: the others get far ahead of it.
        (0..100).for_each(|_| std::thread::yield_now());
        HEARD.lock().unwrap().push(change.generation);
        CHANGES.fetch_add(1, Ordering::Relaxed);
    })]
    static NEWS: CircuitBreaker;

    let mut events = registry().events();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for _ in 0..50 {
                    NEWS.force_open();
                    NEWS.reset();
                }
            });
        }
    });
    let mut streamed = Vec::new();
    while let Some(Some(event)) = events.next().now_or_never() {
        if let Event::StateChanged(change) = event
            && change.policy.as_str() == "news"
        {
            streamed.push(change.generation);
        }
    }
    let heard = HEARD.lock().unwrap();
    assert!(heard.is_sorted() && heard.len() == CHANGES.load(Ordering::Relaxed) as usize);
    assert_eq!(*heard, streamed);
}

// By hand.

#[tokio::test(start_paused = true)]
async fn when_rejected_by_hand_says_which_rejections_fail() {
    static FULL: Bulkhead = Bulkhead::new("full by hand", BulkheadConfig::new().max_concurrent(1));
    static STRICT: CircuitBreaker = CircuitBreaker::new("strict by hand", ONE);
    let _held = FULL.try_acquire().unwrap();
    let start = Instant::now();
    let body = FULL.guard(async { Ok(Ok::<(), Failed>(())) });
    let outcome = STRICT
        .when_rejected(|rejection: &Rejection| rejection.kind() == RejectionKind::BulkheadFull)
        .guard(body)
        .await;
    assert!(matches!(outcome, Err(Rejection::BulkheadFull { .. })));
    assert_eq!((STRICT.state(), start.elapsed()), (CircuitState::Open, Duration::ZERO));
}
