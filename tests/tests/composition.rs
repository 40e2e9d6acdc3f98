//! Policies together, outermost first: how often the body runs, and what the caller gets.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, CircuitState, Pipeline,
    RateLimitConfig, RateLimiter, Rejection, RejectionKind, Retry, RetryConfig, Timeout,
    TimeoutConfig, bulkhead, circuit_breaker, registry, retry, timeout,
};
use tokio::time::{Instant, sleep};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Failed {
    Body,
    Refused(RejectionKind),
}

impl From<Rejection> for Failed {
    fn from(rejection: Rejection) -> Self {
        Self::Refused(rejection.kind())
    }
}

use Failed::{Body, Refused};

/// Counts how often a body ran.
#[derive(Default)]
struct Runs(AtomicU32);

impl Runs {
    fn next(&self) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn count(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

fn breaker(function: &str) -> &'static CircuitBreaker {
    registry()
        .circuit_breaker(&format!("composition::{function}"))
        .expect("listed before its first call")
}

#[tokio::test(start_paused = true)]
async fn an_open_circuit_is_not_retried() {
    #[retry(attempts = 3, delay = "0ms")]
    #[circuit_breaker(consecutive_failures = 1)]
    async fn retry_over_breaker(runs: &Runs) -> Result<(), Failed> {
        runs.next();
        Err(Body)
    }
    let runs = Runs::default();
    assert_eq!(retry_over_breaker(&runs).await, Err(Refused(RejectionKind::CircuitOpen)));
    assert_eq!(runs.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_retry_without_delay_does_not_sit_out_an_open_circuit() {
    #[retry(attempts = 7, delay = "0ms", when_rejected = |_| true)]
    #[circuit_breaker(consecutive_failures = 3)]
    async fn stubborn(runs: &Runs) -> Result<(), Failed> {
        runs.next();
        Err(Body)
    }
    let (runs, start) = (Runs::default(), Instant::now());
    assert_eq!(stubborn(&runs).await, Err(Refused(RejectionKind::CircuitOpen)));
    assert_eq!((runs.count(), start.elapsed()), (3, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_retry_with_delays_waits_for_an_open_circuit_if_the_author_says_so() {
    #[retry(attempts = 3, delay = "1ms", when_rejected = |_| true)]
    #[circuit_breaker(consecutive_failures = 1)]
    async fn patient(runs: &Runs) -> Result<u32, Failed> {
        match runs.next() {
            1 => Err(Body),
            run => Ok(run),
        }
    }
    let (runs, start) = (Runs::default(), Instant::now());
    assert_eq!(patient(&runs).await, Ok(2));
    assert!(start.elapsed() >= Duration::from_secs(60), "the refusal's own wait is a floor");
}

#[tokio::test(start_paused = true)]
async fn a_breaker_around_a_retry_counts_one_failure() {
    #[circuit_breaker(consecutive_failures = 3)]
    #[retry(attempts = 3, delay = "1s")]
    async fn breaker_over_retry(runs: &Runs) -> Result<(), Failed> {
        runs.next();
        Err(Body)
    }
    let runs = Runs::default();
    assert_eq!(breaker_over_retry(&runs).await, Err(Body));
    assert_eq!((runs.count(), breaker("breaker_over_retry").counts().failures), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_inside_a_breaker_is_a_failure() {
    #[circuit_breaker(consecutive_failures = 1)]
    #[timeout("50ms")]
    async fn breaker_over_timeout(runs: &Runs) -> Result<(), Failed> {
        runs.next();
        sleep(millis(100)).await;
        Ok(())
    }
    let runs = Runs::default();
    assert_eq!(breaker_over_timeout(&runs).await, Err(Refused(RejectionKind::TimedOut)));
    assert_eq!((runs.count(), breaker("breaker_over_timeout").state()), (1, CircuitState::Open));
}

#[timeout("50ms")]
#[circuit_breaker(consecutive_failures = 1)]
async fn timeout_over_breaker() -> Result<(), Failed> {
    sleep(millis(100)).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_breaker_cut_off_by_a_timeout_of_ours_counts_a_failure() {
    assert_eq!(timeout_over_breaker().await, Err(Refused(RejectionKind::TimedOut)));
    assert_eq!(breaker("timeout_over_breaker").state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_breaker_whose_caller_gives_up_counts_a_cancellation() {
    #[circuit_breaker(consecutive_failures = 1)]
    async fn abandoned() -> Result<(), Failed> {
        std::future::pending().await
    }
    assert!(tokio::time::timeout(millis(10), abandoned()).await.is_err());
    let breaker = breaker("abandoned");
    assert_eq!((breaker.state(), breaker.totals().cancelled), (CircuitState::Closed, 1));
}

#[tokio::test(start_paused = true)]
async fn the_cause_reaches_breakers_of_functions_further_in() {
    #[circuit_breaker(consecutive_failures = 1)]
    async fn further_in() -> Result<(), Failed> {
        std::future::pending().await
    }
    #[timeout("20ms")]
    async fn further_out() -> Result<(), Failed> {
        further_in().await
    }
    assert_eq!(further_out().await, Err(Refused(RejectionKind::TimedOut)));
    assert_eq!(breaker("further_in").state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_its_own_time() {
    #[retry(attempts = 3, jitter = none, delay = "10ms")]
    #[timeout("50ms")]
    async fn slow_twice(runs: &Runs) -> Result<u32, Failed> {
        let run = runs.next();
        if run < 3 {
            sleep(millis(100)).await;
        }
        Ok(run)
    }
    assert_eq!(slow_twice(&Runs::default()).await, Ok(3));
}

#[tokio::test(start_paused = true)]
async fn a_total_timeout_bounds_all_attempts() {
    #[timeout("150ms")]
    #[retry(attempts = 10, delay = "0ms")]
    async fn bounded(runs: &Runs) -> Result<(), Failed> {
        runs.next();
        sleep(millis(60)).await;
        Err(Body)
    }
    let (runs, start) = (Runs::default(), Instant::now());
    assert_eq!(bounded(&runs).await, Err(Refused(RejectionKind::TimedOut)));
    assert_eq!((runs.count(), start.elapsed()), (3, millis(150)));
}

#[tokio::test(start_paused = true)]
async fn a_predicate_reads_what_an_attempt_has_borrowed_mutably() {
    struct Client {
        runs: u32,
        most: u32,
    }
    impl Client {
        #[timeout]
        #[retry(attempts = 3, delay = "0ms", when_err = |_| self.runs < self.most)]
        async fn send(&mut self) -> Result<(), Failed> {
            self.runs += 1;
            tokio::task::yield_now().await;
            Err(Body)
        }
    }
    let mut client = Client { runs: 0, most: 2 };
    assert_eq!(client.send().await, Err(Body));
    assert_eq!(client.runs, 2);
}

#[tokio::test(start_paused = true)]
async fn no_delay_outlives_the_deadline() {
    #[timeout(after = limit)]
    #[retry(attempts = 3, delay = "1s", jitter = none)]
    async fn in_a_hurry(runs: &Runs, limit: Duration) -> Result<(), Failed> {
        runs.next();
        Err(Body)
    }
    let (runs, start) = (Runs::default(), Instant::now());
    assert_eq!(in_a_hurry(&runs, millis(100)).await, Err(Body));
    assert_eq!((runs.count(), start.elapsed()), (1, Duration::ZERO));
}

#[circuit_breaker(consecutive_failures = 3)]
#[bulkhead(max_concurrent = 1)]
async fn crowded() -> Result<(), Failed> {
    sleep(millis(100)).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_local_refusal_is_neutral() {
    let (_, a, b, c, d) = tokio::join!(crowded(), crowded(), crowded(), crowded(), crowded());
    assert_eq!([a, b, c, d], [Err(Refused(RejectionKind::BulkheadFull)); 4]);
    let breaker = breaker("crowded");
    assert_eq!((breaker.state(), breaker.counts().ignored), (CircuitState::Closed, 4));
}

#[tokio::test(start_paused = true)]
async fn a_local_refusal_counts_if_the_author_says_so() {
    #[circuit_breaker(consecutive_failures = 3, when_rejected = |_| true)]
    #[bulkhead(max_concurrent = 1)]
    async fn strict() -> Result<(), Failed> {
        sleep(millis(100)).await;
        Ok(())
    }
    let (_, a, b, c, d) = tokio::join!(strict(), strict(), strict(), strict(), strict());
    assert_eq!([a, b, c], [Err(Refused(RejectionKind::BulkheadFull)); 3]);
    assert_eq!(d, Err(Refused(RejectionKind::CircuitOpen)));
}

#[tokio::test(start_paused = true)]
async fn waiting_counts_against_the_timeout() {
    static POOL: Bulkhead = Bulkhead::new(
        "waiting_counts",
        BulkheadConfig::new().max_concurrent(1).max_wait(Duration::from_secs(10)),
    );
    #[timeout("500ms")]
    #[bulkhead(POOL)]
    async fn waits(runs: &Runs) -> Result<(), Failed> {
        runs.next();
        Ok(())
    }
    let held = POOL.try_acquire().unwrap();
    let (runs, start) = (Runs::default(), Instant::now());
    assert_eq!(waits(&runs).await, Err(Refused(RejectionKind::TimedOut)));
    assert_eq!((runs.count(), start.elapsed(), POOL.queued()), (0, millis(500), 0));
    drop(held);
    assert_eq!(waits(&runs).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_full_bulkhead_can_be_retried() {
    #[retry(attempts = 5, delay = "100ms", backoff = fixed, jitter = none, when_rejected = |_| true)]
    #[bulkhead(max_concurrent = 1)]
    async fn one_at_a_time() -> Result<Instant, Failed> {
        sleep(millis(250)).await;
        Ok(Instant::now())
    }
    let start = Instant::now();
    let (a, b) = tokio::join!(one_at_a_time(), one_at_a_time());
    assert_eq!((a.unwrap() - start, b.unwrap() - start), (millis(250), millis(550)));
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_body_is_a_failure_and_goes_on() {
    #[circuit_breaker(consecutive_failures = 1)]
    async fn panics() -> Result<(), Failed> {
        panic!("a bug")
    }
    assert!(tokio::spawn(panics()).await.unwrap_err().is_panic());
    let breaker = breaker("panics");
    assert_eq!(
        (breaker.state(), breaker.totals().requests, breaker.totals().failures),
        (CircuitState::Open, 1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_caller_is_a_cancellation() {
    #[circuit_breaker(consecutive_failures = 1)]
    async fn innocent() -> Result<(), Failed> {
        std::future::pending().await
    }
    let caller = async {
        let mut call = std::pin::pin!(innocent());
        std::future::poll_fn(|cx| std::task::Poll::Ready(call.as_mut().poll(cx).is_pending()))
            .await;
        panic!("the caller's own bug")
    };
    assert!(tokio::spawn(caller).await.unwrap_err().is_panic());
    let breaker = breaker("innocent");
    assert_eq!((breaker.state(), breaker.totals().cancelled), (CircuitState::Closed, 1));
}

/// An error that no rejection can become.
#[derive(Debug, PartialEq)]
struct Foreign;

#[tokio::test(start_paused = true)]
async fn each_policy_guards_a_plain_future_and_keeps_rejections_apart() {
    let runs = Runs::default();
    let fails = || async {
        runs.next();
        Err::<(), _>(Foreign)
    };
    let breaker = CircuitBreaker::new("b", CircuitBreakerConfig::new().consecutive_failures(1));
    assert_eq!(breaker.guard_body(fails()).await, Ok(Err(Foreign)));
    let open = breaker.guard_body(fails()).await.unwrap_err();
    assert_eq!(open.kind(), RejectionKind::CircuitOpen);
    assert_eq!(runs.count(), 1, "the second body didn't begin");

    let lenient = CircuitBreaker::new("s", CircuitBreakerConfig::new().consecutive_failures(1));
    let never = |error: &Foreign| *error != Foreign;
    assert_eq!(lenient.when_err(never).guard_body(fails()).await, Ok(Err(Foreign)));
    assert_eq!(lenient.state(), CircuitState::Closed);

    let limit = Timeout::new("t", TimeoutConfig::new().after(millis(10)));
    let late = limit.guard_body(sleep(millis(20))).await.unwrap_err();
    assert_eq!(late.kind(), RejectionKind::TimedOut);

    let slots = Bulkhead::new("s", BulkheadConfig::new().max_concurrent(1));
    let full = slots.guard_body(slots.guard_body(async { 7 })).await.unwrap();
    assert_eq!(full.unwrap_err().kind(), RejectionKind::BulkheadFull);
    assert_eq!(slots.guard_body(async { 7 }).await, Ok(7));

    let turns = RateLimiter::new("r", RateLimitConfig::per_second(1));
    assert_eq!(turns.guard_body(async { 7 }).await, Ok(7));
    let limited = turns.cost(1).guard_body(async { 7 }).await.unwrap_err();
    assert_eq!(limited.kind(), RejectionKind::RateLimited);
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_runs_a_plain_future_once_through_its_other_parts() {
    static RETRY: Retry = Retry::new("plain.retry", RetryConfig::new().attempts(3));
    static BREAKER: CircuitBreaker =
        CircuitBreaker::new("plain.breaker", CircuitBreakerConfig::new().consecutive_failures(1));
    static ALL: Timeout = Timeout::new("plain.timeout", TimeoutConfig::new());
    static PIPELINE: Pipeline =
        Pipeline::new("plain").timeout(&ALL).retry(&RETRY).circuit_breaker(&BREAKER);

    let failed = PIPELINE.guard_body(async { Err::<(), _>(Foreign) }).await;
    assert_eq!((failed, RETRY.totals().retries), (Ok(Err(Foreign)), 0));
    let open = PIPELINE.guard_body(async { Err::<(), _>(Foreign) }).await.unwrap_err();
    assert_eq!(open.kind(), RejectionKind::CircuitOpen);
}
