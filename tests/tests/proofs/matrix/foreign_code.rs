//! A panic in every place where a policy runs code of the user's.

use std::cell::RefCell;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use resilience::{
    Bulkhead, CircuitBreaker, CircuitBreakerConfig, CircuitState, Class, Classify, Hedge,
    HedgeConfig, Keyed, Rejection, Retry, RetryConfig, Timeout, TimeoutConfig, bulkhead,
    circuit_breaker, fallback, hedge, rate_limit, registry, resilient, retry, timeout,
};
use tokio::runtime::Builder;

#[derive(Debug, PartialEq)]
enum Failed {
    Body,
    Rejected,
}

impl From<Rejection> for Failed {
    fn from(_: Rejection) -> Self {
        Self::Rejected
    }
}

/// Without a message of the panic hook's.
fn panic() -> ! {
    std::panic::resume_unwind(Box::new("the test's"))
}

/// Runs a future of which a piece of the user's panics; what it came to.
fn run<O>(future: impl Future<Output = O>) -> Result<O, ()> {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    catch_unwind(AssertUnwindSafe(|| runtime.block_on(future))).map_err(drop)
}

fn trial(breaker: &CircuitBreaker) {
    let totals = breaker.totals();
    let ended = totals.successes + totals.failures + totals.ignored;
    assert_eq!(totals.requests, ended + totals.cancelled + totals.stale, "{totals:?}");
    assert_eq!(run(breaker.call(async { Ok::<_, Failed>(1) })), Ok(Ok(1)));
}

fn half_open() -> CircuitBreaker {
    let config = CircuitBreakerConfig::new().consecutive_failures(1);
    let breaker = CircuitBreaker::new("asked", config.open_for(Duration::from_nanos(1)));
    breaker.try_acquire().unwrap().failure();
    while breaker.state() != CircuitState::HalfOpen {}
    breaker
}

#[test]
fn in_a_predicate_of_a_breaker() {
    type Calls = [fn(&CircuitBreaker) -> Result<Result<u32, Failed>, ()>; 4];
    let calls: Calls = [
        |b| run(b.when_err(|_: &Failed| panic()).call(async { Err(Failed::Body) })),
        |b| run(b.when_ok(|_: &u32| panic()).call(async { Ok(1) })),
        |b| run(b.ignore_err(|_: &Failed| panic()).call(async { Err(Failed::Body) })),
        |b| {
            let rejection = Rejection::TimedOut { policy: b.name(), after: Duration::ZERO };
            let judged = b.when_rejected(|_| panic());
            run(judged.guard(async { Err::<Result<u32, Failed>, _>(rejection) }))
                .map(Result::unwrap)
        },
    ];
    for call in calls {
        let breaker = half_open();
        assert_eq!(call(&breaker), Err(()));
        // The only trial's slot is free again, or its panic has opened the circuit once more.
        while breaker.state() == CircuitState::Open {}
        trial(&breaker);
    }
}

#[test]
fn in_a_predicate_of_a_retry_or_a_hedge() {
    let retry = Retry::new("asked", RetryConfig::new().budget(0.5).budget_burst(1));
    let hedge = Hedge::new("asked", HedgeConfig::new());
    let fails = || async { Err::<u32, _>(Failed::Body) };
    let succeeds = || async { Ok::<u32, Failed>(1) };
    assert_eq!(run(retry.when_err(|_: &Failed| panic()).call(fails)), Err(()));
    assert_eq!(run(retry.when_ok(|_: &u32| panic()).call(succeeds)), Err(()));
    assert_eq!(run(retry.retry_after(|_: &Failed| panic()).call(fails)), Err(()));
    assert_eq!(run(hedge.when_err(|_: &Failed| panic()).call(fails)), Err(()));
    assert_eq!(run(hedge.when_ok(|_: &u32| panic()).call(succeeds)), Err(()));
    assert_eq!(run(async { resilience::attempt() }), Ok(1), "no attempt is left behind");
    assert_eq!(run(retry.call(fails)), Ok(Err(Failed::Body)));
    assert_eq!(retry.totals().retries, 1, "the token is still there");
    assert_eq!(run(hedge.call(succeeds)), Ok(Ok(1)));
}

#[test]
fn in_a_hook() {
    let config = CircuitBreakerConfig::new().consecutive_failures(1);
    let breaker = CircuitBreaker::new("hooked", config.on_state_change(|_| panic()));
    assert_eq!(run(breaker.call(async { Err::<u32, _>(Failed::Body) })), Ok(Err(Failed::Body)));
    assert_eq!(breaker.state(), CircuitState::Open, "the change stands");
    breaker.reset();
    trial(&breaker);

    let breaker = CircuitBreaker::new("ruled", CircuitBreakerConfig::new().trip_when(|_| panic()));
    assert_eq!(run(breaker.call(async { Err::<u32, _>(Failed::Body) })), Ok(Err(Failed::Body)));
    assert_eq!(breaker.state(), CircuitState::Closed);
    trial(&breaker);

    let retry = Retry::new("hooked", RetryConfig::new().on_retry(|_| panic()));
    assert_eq!(run(retry.call(|| async { Err::<u32, _>(Failed::Body) })), Ok(Err(Failed::Body)));
    assert_eq!(retry.totals().retries, 2, "it goes on");
}

/// A key that panics where a map hashes or compares it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Trap(u32);

impl Hash for Trap {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if self.0 == 13 {
            panic();
        }
        self.0.hash(state);
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[test]
fn in_a_key() {
    #[bulkhead(max_concurrent = 1, key = unlucky(user), name = "matrix.keyed")]
    async fn fetch(user: u32) -> Result<u32, Failed> {
        Ok(user)
    }
    fn unlucky(user: u32) -> u32 {
        if user == 13 { panic() } else { user }
    }
    assert_eq!(run(fetch(13)), Err(()));
    assert_eq!(run(fetch(1)), Ok(Ok(1)));
}

thread_local!(static PANICS: RefCell<bool> = const { RefCell::new(true) });

/// An error that panics when it is asked what it means.
#[derive(Debug, PartialEq)]
enum Touchy {
    Body,
    Rejected,
}

impl From<Rejection> for Touchy {
    fn from(_: Rejection) -> Self {
        Self::Rejected
    }
}

impl Classify for Touchy {
    fn class(&self) -> Class {
        if PANICS.with_borrow(|panics| *panics) { panic() } else { Class::Transient }
    }
}

#[test]
fn in_classify_under_every_attribute() {
    #[circuit_breaker(consecutive_failures = 3, name = "matrix.classify")]
    async fn broken() -> Result<u32, Touchy> {
        Err(Touchy::Body)
    }
    #[retry(delay = "0ms")]
    async fn retried() -> Result<u32, Touchy> {
        Err(Touchy::Body)
    }
    #[hedge]
    async fn hedged() -> Result<u32, Touchy> {
        Err(Touchy::Body)
    }
    #[fallback(Ok(2))]
    async fn replaced() -> Result<u32, Touchy> {
        Err(Touchy::Body)
    }
    #[resilient(retry(delay = "0ms"), bulkhead(max_concurrent = 1), name = "matrix.classify.all")]
    async fn all() -> Result<u32, Touchy> {
        Err(Touchy::Body)
    }
    assert_eq!(run(broken()), Err(()));
    assert_eq!(run(retried()), Err(()));
    assert_eq!(run(hedged()), Err(()));
    assert_eq!(run(replaced()), Err(()));
    assert_eq!(run(all()), Err(()));
    PANICS.set(false);
    assert_eq!(run(broken()), Ok(Err(Touchy::Body)));
    assert_eq!(run(retried()), Ok(Err(Touchy::Body)));
    assert_eq!(run(hedged()), Ok(Err(Touchy::Body)));
    assert_eq!(run(replaced()), Ok(Ok(2)));
    assert_eq!(run(all()), Ok(Err(Touchy::Body)), "its only slot is free");
    trial(registry().circuit_breaker("matrix.classify").unwrap());
}

#[test]
fn in_a_fallback_and_in_the_body_under_every_attribute() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    /// The first two times it panics.
    fn at_first() {
        if RUNS.fetch_add(1, SeqCst) % 3 < 2 {
            panic();
        }
    }
    #[fallback({ at_first(); Ok(2) })]
    async fn replaced() -> Result<u32, Failed> {
        Err(Failed::Body)
    }
    #[circuit_breaker(consecutive_failures = 3)]
    async fn broken() -> Result<u32, Failed> {
        at_first();
        Ok(2)
    }
    #[retry]
    async fn retried() -> Result<u32, Failed> {
        at_first();
        Ok(2)
    }
    #[timeout("1s")]
    async fn limited() -> Result<u32, Failed> {
        at_first();
        Ok(2)
    }
    #[bulkhead(max_concurrent = 1)]
    async fn alone() -> Result<u32, Failed> {
        at_first();
        Ok(2)
    }
    #[rate_limit("3/h")]
    async fn rare() -> Result<u32, Failed> {
        at_first();
        Ok(2)
    }
    #[hedge]
    async fn hedged() -> Result<u32, Failed> {
        at_first();
        Ok(2)
    }
    #[resilient(retry, bulkhead(max_concurrent = 1), rate_limit("3/h"))]
    async fn all() -> Result<u32, Failed> {
        at_first();
        Ok(2)
    }
    macro_rules! each {
        ($($function:ident),*) => {
            $(
                assert_eq!(run($function()), Err(()), "{}", stringify!($function));
                assert_eq!(run($function()), Err(()), "{}", stringify!($function));
                assert_eq!(run($function()), Ok(Ok(2)), "{}", stringify!($function));
            )*
        };
    }
    each!(replaced, broken, retried, limited, alone, rare, hedged, all);
}

#[test]
fn in_a_synchronous_body() {
    let breaker = half_open();
    let call = || breaker.call_blocking(|| -> Result<u32, Failed> { panic() });
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
    assert_eq!(breaker.totals().failures, 2, "a panic is a failure");
    while breaker.state() == CircuitState::Open {}
    trial(&breaker);
}

/// A panic under a timeout leaves no deadline behind for what the thread does next.
#[test]
fn under_a_deadline() {
    let limit = Timeout::new("limit", TimeoutConfig::new().after(Duration::from_secs(1)));
    assert!(run(limit.call(async { panic() as Result<u32, Failed> })).is_err());
    assert_eq!((resilience::deadline(), resilience::attempt()), (None, 1));
}

/// A map is as it was after a key that panicked in it.
#[test]
fn in_the_hash_of_a_key() {
    let hosts = Keyed::<Bulkhead>::new("hosts", resilience::BulkheadConfig::new()).max_keys(2);
    drop(hosts.get(&1_u32));
    assert!(catch_unwind(AssertUnwindSafe(|| drop(hosts.get(&Trap(13))))).is_err());
    for key in 0..5 {
        drop(hosts.get(&Trap(key)));
    }
    assert_eq!(hosts.len(), 2);
}
