//! `Classify`: what an error says about itself is what every policy goes by, found without an option.

#![allow(clippy::items_after_statements, reason = "each function beside its checks")]

use std::cell::Cell;
use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

use resilience::{
    CircuitBreaker, CircuitBreakerConfig, Class, Classify, Hedge, HedgeConfig, Rejection, Retry,
    RetryConfig, Totals, circuit_breaker, fallback, hedge, registry, retry,
};
use tokio::time::Instant;

/// An error of a user's that says what it means.
#[derive(Clone, Debug, PartialEq)]
enum ApiError {
    Down,
    Busy(Duration),
    Broken,
    NotFound,
    Unavailable(Rejection),
}

impl Classify for ApiError {
    fn class(&self) -> Class {
        match self {
            Self::Down | Self::Busy(_) | Self::Unavailable(_) => Class::Transient,
            Self::Broken => Class::Permanent,
            Self::NotFound => Class::Expected,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy(wait) => Some(*wait),
            _ => None,
        }
    }
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        Self::Unavailable(rejection)
    }
}

fn totals(breaker: &str) -> Totals {
    registry().circuit_breaker(breaker).unwrap().totals()
}

fn counted(totals: &Totals) -> (u64, u64, u64) {
    (totals.successes, totals.failures, totals.ignored)
}

#[tokio::test(start_paused = true)]
async fn the_class_decides_for_breaker_and_retry() {
    #[retry(attempts = 3, jitter = none)]
    #[circuit_breaker(name = "classes", min_calls = 100)]
    async fn call(runs: &Cell<u32>, error: ApiError) -> Result<u32, ApiError> {
        runs.set(runs.get() + 1);
        Err(error.clone())
    }
    let mut before = (0, 0, 0);
    for (error, runs, successes, failures) in
        [(ApiError::Down, 3, 0, 3), (ApiError::Broken, 1, 0, 1), (ApiError::NotFound, 1, 1, 0)]
    {
        let count = Cell::new(0);
        assert_eq!(call(&count, error.clone()).await, Err(error.clone()));
        assert_eq!(count.get(), runs, "{error:?}");
        before = (before.0 + successes, before.1 + failures, 0);
        assert_eq!(counted(&totals("classes")), before, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_permanent_failure_after_a_retry_is_no_recovery() {
    #[retry(attempts = 3, jitter = none, name = "no recovery")]
    async fn call(runs: &Cell<u32>) -> Result<u32, ApiError> {
        runs.set(runs.get() + 1);
        Err(if runs.get() == 1 { ApiError::Down } else { ApiError::Broken })
    }
    assert_eq!(call(&Cell::new(0)).await, Err(ApiError::Broken));
    let totals = registry().retries().find(|retry| retry.name() == "no recovery").unwrap().totals();
    assert_eq!((totals.retries, totals.recovered, totals.exhausted), (1, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_hint_is_a_floor_for_the_delay() {
    #[retry(attempts = 2, jitter = none, delay = "100ms")]
    async fn call() -> Result<u32, ApiError> {
        Err(ApiError::Busy(Duration::from_secs(5)))
    }
    #[retry(attempts = 2, jitter = none, delay = "100ms", retry_after = |_| None)]
    async fn without() -> Result<u32, ApiError> {
        Err(ApiError::Busy(Duration::from_secs(5)))
    }
    let start = Instant::now();
    call().await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::from_secs(5));
    let start = Instant::now();
    without().await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::from_millis(100), "an explicit hint wins");
}

#[tokio::test(start_paused = true)]
async fn an_explicit_predicate_wins() {
    #[retry(attempts = 3, when_err = |error| matches!(error, ApiError::NotFound))]
    #[circuit_breaker(name = "explicit", when_err = |_| true, min_calls = 100)]
    async fn call(runs: &Cell<u32>, error: ApiError) -> Result<u32, ApiError> {
        runs.set(runs.get() + 1);
        Err(error.clone())
    }
    let runs = Cell::new(0);
    call(&runs, ApiError::NotFound).await.unwrap_err();
    assert_eq!(runs.get(), 3);
    call(&runs, ApiError::Down).await.unwrap_err();
    assert_eq!(runs.get(), 4);
    assert_eq!(counted(&totals("explicit")), (0, 4, 0));
}

#[tokio::test]
async fn ignore_err_is_asked_first() {
    #[circuit_breaker(name = "ignoring", ignore_err = |error| *error == ApiError::Down)]
    async fn call(error: ApiError) -> Result<u32, ApiError> {
        Err(error)
    }
    for error in [ApiError::Down, ApiError::Broken, ApiError::NotFound] {
        call(error).await.unwrap_err();
    }
    assert_eq!(counted(&totals("ignoring")), (1, 1, 1));
}

#[tokio::test]
async fn a_fallback_is_not_used_for_what_is_expected() {
    #[fallback(Ok(0))]
    async fn call(error: ApiError) -> Result<u32, ApiError> {
        Err(error)
    }
    assert_eq!(call(ApiError::Down).await, Ok(0));
    assert_eq!(call(ApiError::Broken).await, Ok(0));
    assert_eq!(call(ApiError::NotFound).await, Err(ApiError::NotFound));
}

#[tokio::test(start_paused = true)]
async fn a_hedge_goes_on_only_where_another_attempt_may_help() {
    #[hedge(after = "1s", max_attempts = 3)]
    async fn call(runs: &Cell<u32>, error: &ApiError) -> Result<u32, ApiError> {
        runs.set(runs.get() + 1);
        Err(error.clone())
    }
    for (error, expected) in [(ApiError::Down, 3), (ApiError::Broken, 1), (ApiError::NotFound, 1)] {
        let runs = Cell::new(0);
        assert_eq!(call(&runs, &error).await, Err(error.clone()));
        assert_eq!(runs.get(), expected, "{error:?}");
    }
}

#[test]
fn synchronous_functions_go_by_it_too() {
    #[retry(attempts = 3, delay = "0ms")]
    #[circuit_breaker(name = "synchronous", min_calls = 100)]
    fn call(error: &ApiError) -> Result<u32, ApiError> {
        Err(error.clone())
    }
    call(&ApiError::NotFound).unwrap_err();
    call(&ApiError::Broken).unwrap_err();
    call(&ApiError::Down).unwrap_err();
    assert_eq!(counted(&totals("synchronous")), (1, 4, 0));
}

/// A response that says what it means.
#[derive(Debug, PartialEq)]
struct Reply(u16);

impl Classify for Reply {
    fn class(&self) -> Class {
        if self.0 >= 500 { Class::Transient } else { Class::Expected }
    }

    fn retry_after(&self) -> Option<Duration> {
        (self.0 == 503).then_some(Duration::from_secs(7))
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_is_judged_too() {
    #[fallback(Ok(Reply(200)))]
    #[retry(attempts = 2, jitter = none)]
    #[circuit_breaker(name = "replies", min_calls = 100)]
    async fn call(status: u16) -> Result<Reply, ApiError> {
        Ok(Reply(status))
    }
    let start = Instant::now();
    assert_eq!(call(404).await, Ok(Reply(404)));
    assert_eq!(call(503).await, Ok(Reply(503)), "a fallback answers for errors only");
    assert_eq!(start.elapsed(), Duration::from_secs(7));
    assert_eq!(counted(&totals("replies")), (1, 2, 0));

    #[retry(attempts = 3, when_ok = |_| false)]
    async fn explicit(runs: &Cell<u32>) -> Result<Reply, ApiError> {
        runs.set(runs.get() + 1);
        Ok(Reply(503))
    }
    let runs = Cell::new(0);
    explicit(&runs).await.unwrap();
    assert_eq!(runs.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_plain_function_under_a_fallback_has_judged_values() {
    #[fallback(Reply(0))]
    #[circuit_breaker(name = "plain replies")]
    async fn call() -> Reply {
        Reply(500)
    }
    assert_eq!(call().await, Reply(500));
    assert_eq!(counted(&totals("plain replies")), (0, 1, 0));
}

/// Generic functions go by what their bounds promise.
#[tokio::test(start_paused = true)]
async fn generic_functions_find_it_through_their_bounds() {
    #[circuit_breaker(name = "bounded")]
    async fn bounded<E: Classify + From<Rejection>>(error: E) -> Result<u32, E> {
        Err(error)
    }
    #[circuit_breaker(name = "unbounded")]
    async fn unbounded<E: From<Rejection>>(error: E) -> Result<u32, E> {
        Err(error)
    }
    #[circuit_breaker(name = "errors")]
    async fn errors<E: StdError + From<Rejection>>(error: E) -> Result<u32, E> {
        Err(error)
    }
    bounded(ApiError::NotFound).await.unwrap_err();
    assert_eq!(counted(&totals("bounded")), (1, 0, 0));
    bounded(rejected()).await.unwrap_err();
    assert_eq!(counted(&totals("bounded")), (1, 0, 1));
    unbounded(ApiError::NotFound).await.unwrap_err();
    assert_eq!(counted(&totals("unbounded")), (0, 1, 0));
    errors(io::Error::from(rejected())).await.unwrap_err();
    errors(Sourced::Rejected(rejected())).await.unwrap_err();
    assert_eq!(counted(&totals("errors")), (0, 1, 1), "only what `source()` shows is seen");
}

/// The rejection of a circuit that is open.
fn rejected() -> Rejection {
    static OPEN: CircuitBreaker = CircuitBreaker::new("open", CircuitBreakerConfig::new());
    OPEN.force_open();
    OPEN.try_acquire().unwrap_err()
}

/// An error with a rejection as its source, as `thiserror`'s `#[from]` makes it.
#[derive(Debug)]
enum Sourced {
    Rejected(Rejection),
}

impl fmt::Display for Sourced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not now")
    }
}

impl StdError for Sourced {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let Self::Rejected(rejection) = self;
        Some(rejection)
    }
}

impl From<Rejection> for Sourced {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// A guarded function around one whose circuit is open: how often its body runs, and what its breaker counts.
macro_rules! across {
    ($name:literal, $error:ty, $make:expr) => {{
        #[retry(attempts = 3, delay = "0ms")]
        #[circuit_breaker(name = $name, min_calls = 100)]
        async fn outer(runs: &Cell<u32>) -> Result<u32, $error> {
            runs.set(runs.get() + 1);
            Err($make(rejected()))
        }
        let runs = Cell::new(0);
        assert!(outer(&runs).await.is_err());
        (runs.get(), counted(&totals($name)))
    }};
}

const NEUTRAL: (u32, (u64, u64, u64)) = (1, (0, 0, 1));

#[tokio::test(start_paused = true)]
async fn a_rejection_keeps_its_nature_across_functions() {
    assert_eq!(across!("itself", Rejection, |r| r), NEUTRAL);
    assert_eq!(across!("source", Sourced, Sourced::from), NEUTRAL);
    assert_eq!(across!("io", io::Error, io::Error::from), NEUTRAL);
    assert_eq!(across!("io in io", io::Error, |r| io::Error::other(io::Error::from(r))), NEUTRAL);
    assert_eq!(across!("anyhow", anyhow::Error, anyhow::Error::from), NEUTRAL);
    assert_eq!(
        across!("context", anyhow::Error, |r| anyhow::Error::from(Sourced::from(r)).context("c")),
        NEUTRAL
    );
    assert_eq!(across!("box", Box<dyn StdError + Send + Sync>, Box::from), NEUTRAL);
    assert_eq!(across!("local box", Box<dyn StdError>, Box::from), NEUTRAL);
    assert_eq!(
        across!("error", resilience::Error<fmt::Error>, resilience::Error::Rejected),
        NEUTRAL
    );
    assert_eq!(
        across!("inner error", resilience::Error<io::Error>, |r| io::Error::from(r).into()),
        NEUTRAL
    );
    assert_eq!(across!("silent", ApiError, ApiError::from), (3, (0, 3, 0)), "it can't tell");
}

#[tokio::test(start_paused = true)]
async fn a_carried_time_limit_is_a_failure_and_a_predicate_decides_alone() {
    let timed_out = || Rejection::TimedOut { policy: "slow".into(), after: Duration::from_secs(1) };
    #[circuit_breaker(name = "carried timeout")]
    async fn call(error: Sourced) -> Result<u32, Sourced> {
        Err(error)
    }
    call(Sourced::Rejected(timed_out())).await.unwrap_err();
    assert_eq!(counted(&totals("carried timeout")), (0, 1, 0));

    #[circuit_breaker(name = "carried, by err", when_err = |_| true)]
    async fn by_err() -> Result<u32, Sourced> {
        Err(rejected().into())
    }
    by_err().await.unwrap_err();
    assert_eq!(counted(&totals("carried, by err")), (0, 1, 0));

    #[circuit_breaker(name = "carried, by rejection", when_rejected = |_| true)]
    async fn by_rejection() -> Result<u32, Sourced> {
        Err(rejected().into())
    }
    by_rejection().await.unwrap_err();
    assert_eq!(counted(&totals("carried, by rejection")), (0, 1, 0));
}

#[tokio::test]
async fn a_fallback_answers_for_a_carried_rejection_whatever_its_class() {
    #[fallback(Ok(1))]
    async fn call() -> Result<u32, io::Error> {
        Err(io::Error::new(io::ErrorKind::NotFound, rejected()))
    }
    assert_eq!(call().await.unwrap(), 1);
    #[fallback(Ok(1))]
    async fn missing() -> Result<u32, io::Error> {
        Err(io::ErrorKind::NotFound.into())
    }
    assert!(missing().await.is_err());
}

/// A real inner function, and errors on their way through `?`.
#[tokio::test(start_paused = true)]
async fn an_open_inner_circuit_neither_opens_the_outer_one_nor_is_retried() {
    #[circuit_breaker(name = "inner")]
    async fn inner() -> Result<u32, Sourced> {
        Ok(1)
    }
    #[retry(attempts = 3, delay = "0ms")]
    #[circuit_breaker(name = "outer")]
    async fn outer(runs: &Cell<u32>) -> anyhow::Result<u32> {
        runs.set(runs.get() + 1);
        Ok(inner().await?)
    }
    registry().circuit_breaker("inner").unwrap().force_open();
    let runs = Cell::new(0);
    let error = outer(&runs).await.unwrap_err();
    assert!(Rejection::find(error.as_ref()).is_some());
    assert_eq!((runs.get(), counted(&totals("outer"))), NEUTRAL);
}

/// An error that borrows, one that can say nothing at all, and a value that isn't written.
#[tokio::test]
async fn errors_of_any_form_are_accepted() {
    #[derive(Debug)]
    struct Borrowed<'a>(&'a str);
    impl fmt::Display for Borrowed<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }
    impl StdError for Borrowed<'_> {}
    impl From<Rejection> for Borrowed<'_> {
        fn from(_: Rejection) -> Self {
            Borrowed("rejected")
        }
    }
    #[retry(attempts = 1)]
    #[circuit_breaker(name = "borrowed")]
    async fn borrowed(text: &str) -> Result<u32, Borrowed<'_>> {
        Err(Borrowed(text))
    }
    assert_eq!(borrowed("x").await.unwrap_err().0, "x");

    struct Mute;
    #[fallback(Ok(1))]
    #[retry(attempts = 1)]
    async fn mute() -> Result<u32, Mute> {
        Err(Mute)
    }
    assert!(mute().await.is_ok());

    #[circuit_breaker(name = "unwritten value")]
    async fn unwritten(error: ApiError) -> Result<impl fmt::Debug, ApiError> {
        if error == ApiError::Down { Ok("down") } else { Err(error) }
    }
    assert!(unwritten(ApiError::Down).await.is_ok());
    assert!(unwritten(ApiError::NotFound).await.is_err());
    assert_eq!(counted(&totals("unwritten value")), (2, 0, 0), "the error is asked all the same");

    #[retry(attempts = 1)]
    async fn unwritten_error() -> Result<u32, impl fmt::Debug> {
        Err::<u32, _>("no")
    }
    assert!(unwritten_error().await.is_err());

    #[circuit_breaker(name = "unwritten io")]
    async fn unwritten_io() -> io::Result<impl fmt::Debug> {
        Err::<(), _>(io::Error::from(io::ErrorKind::NotFound))
    }
    assert!(unwritten_io().await.is_err());
    assert_eq!(counted(&totals("unwritten io")), (1, 0, 0));
}

#[test]
fn futures_stay_send() {
    fn is_send<T: Send>(_: T) {}
    #[retry]
    #[circuit_breaker]
    async fn boxed() -> Result<u32, Box<dyn StdError + Send + Sync>> {
        Ok(1)
    }
    #[retry]
    #[circuit_breaker]
    async fn generic<E: StdError + From<Rejection> + Send>() -> Result<u32, E> {
        Ok(1)
    }
    #[retry]
    async fn local() -> Result<std::rc::Rc<u32>, Box<dyn StdError>> {
        Err("no".into())
    }
    is_send(boxed());
    is_send(generic::<Sourced>());
    is_send(local());
}

#[tokio::test(start_paused = true)]
async fn by_hand_a_call_is_classified() {
    let breaker = CircuitBreaker::new("by hand", CircuitBreakerConfig::new());
    let call =
        async |error: io::Error| breaker.classified().call(async { Err::<(), _>(error) }).await;
    call(io::ErrorKind::NotFound.into()).await.unwrap_err();
    call(io::ErrorKind::BrokenPipe.into()).await.unwrap_err();
    call(rejected().into()).await.unwrap_err();
    assert_eq!(counted(&breaker.totals()), (1, 1, 1));
    breaker.call(async { Err::<(), io::Error>(io::ErrorKind::NotFound.into()) }).await.unwrap_err();
    assert_eq!(counted(&breaker.totals()), (1, 2, 1), "unasked, every error is a failure");

    let count = Cell::new(0);
    let failing = |error: ApiError| {
        count.set(0);
        let count = &count;
        move || {
            count.set(count.get() + 1);
            std::future::ready(Err::<(), _>(error.clone()))
        }
    };
    let retry = Retry::new("by hand", RetryConfig::new());
    retry.classified().call(failing(ApiError::Broken)).await.unwrap_err();
    assert_eq!(count.get(), 1);
    let start = Instant::now();
    retry.classified().call(failing(ApiError::Busy(Duration::from_secs(5)))).await.unwrap_err();
    assert_eq!(count.get(), 3);
    assert!(start.elapsed() >= Duration::from_secs(10), "the hint is asked for, too");
    let explicit = retry.classified().when_err(|_: &ApiError| true).call(failing(ApiError::Broken));
    explicit.await.unwrap_err();
    assert_eq!(count.get(), 3, "an explicit predicate wins, before");
    let explicit = retry.when_err(|_: &ApiError| true).classified().call(failing(ApiError::Broken));
    explicit.await.unwrap_err();
    assert_eq!(count.get(), 3, "and after");

    let hedge = Hedge::new("by hand", HedgeConfig::new());
    hedge.classified().call(failing(ApiError::NotFound)).await.unwrap_err();
    assert_eq!(count.get(), 1);
}

#[tokio::test]
async fn by_hand_values_are_classified_on_request() {
    let breaker = CircuitBreaker::new("values", CircuitBreakerConfig::new());
    let reply = async || Ok::<_, ApiError>(Reply(503));
    breaker.classified().call(reply()).await.unwrap();
    breaker.classified().values_classified().call(reply()).await.unwrap();
    assert_eq!(counted(&breaker.totals()), (1, 1, 0));
}
