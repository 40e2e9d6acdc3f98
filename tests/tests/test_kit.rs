//! The test kit as users see it: faults by a function's name, states, recorded events, policies as new.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use resilience::overrides::Overrides;
use resilience::test::{Test, exclusive};
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitState, Keyed, Mode, RateLimiter, Rejection,
    RejectionKind, Retry, RetryConfig, Totals, bulkhead, circuit_breaker, fallback, hedge,
    rate_limit, registry, resilient, retry, timeout,
};

/// A dependency's error, with room for rejections.
#[derive(Debug, PartialEq)]
enum ApiError {
    Down,
    Rejected(RejectionKind),
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection.kind())
    }
}

#[retry(attempts = 4, delay = "1s", jitter = none)]
#[circuit_breaker(name = "payments", consecutive_failures = 3)]
async fn charge(amount: u32) -> Result<u32, ApiError> {
    Ok(amount)
}

const CHARGE: &str = "test_kit::charge";

/// The said of the panic of `f`.
async fn panic_of<O>(f: impl Future<Output = O>) -> String {
    let Err(payload) = AssertUnwindSafe(f).catch_unwind().await else { panic!("no panic") };
    match payload.downcast::<String>() {
        Ok(said) => *said,
        Err(payload) => (*payload.downcast::<&str>().expect("a said")).to_owned(),
    }
}

#[tokio::test]
async fn the_next_bodies_fail_and_no_more() {
    let test = exclusive().await;
    test.fail(CHARGE, 2);
    let start = tokio::time::Instant::now();
    assert_eq!(charge(7).await, Ok(7));
    assert_eq!(start.elapsed(), Duration::from_secs(1 + 2));
    assert_eq!(test.events_of(CHARGE), ["retried 1", "retried 2"]);
    assert!(test.events_of("payments").is_empty());
    test.assert_no_sleep();
}

#[tokio::test]
async fn a_fault_is_a_failure_to_every_policy() {
    let test = exclusive().await;
    test.fail(CHARGE, 3);
    assert_eq!(charge(7).await, Err(ApiError::Rejected(RejectionKind::CircuitOpen)));
    let payments = test.breaker("payments");
    assert_eq!(payments.state(), CircuitState::Open);
    assert_eq!(payments.totals().failures, 3);
    assert_eq!(test.events_of("payments"), ["state_changed closed->open", "rejected circuit_open"]);
    assert_eq!(
        test.events_of(CHARGE),
        [
            "retried 1",
            "retried 2",
            "state_changed closed->open",
            "retried 3",
            "rejected circuit_open"
        ]
    );
    let again = charge(7).await;
    assert_eq!(again, Err(ApiError::Rejected(RejectionKind::CircuitOpen)), "a fault is no state");
}

#[circuit_breaker(name = "guarded", min_calls = 100)]
async fn guarded() -> Result<(), Rejection> {
    Ok(())
}

#[tokio::test]
async fn a_call_whose_body_is_not_reached_uses_no_fault_up() {
    let test = exclusive().await;
    test.fail("test_kit::guarded", 1);
    test.breaker("guarded").open();
    assert_eq!(guarded().await.unwrap_err().kind(), RejectionKind::CircuitOpen);
    test.breaker("guarded").close();
    let injected = guarded().await.unwrap_err();
    assert_eq!(injected.kind(), RejectionKind::Injected);
    assert_eq!(injected.policy(), "test_kit::guarded");
    assert_eq!(guarded().await, Ok(()));
}

#[tokio::test]
async fn a_function_fails_with_an_error_of_its_own_until_it_heals() {
    let test = exclusive().await;
    test.fail_with(CHARGE, || ApiError::Down);
    assert_eq!(charge(7).await, Err(ApiError::Rejected(RejectionKind::CircuitOpen)));
    assert_eq!(test.breaker("payments").totals().failures, 3);
    test.breaker("payments").close();
    test.heal(CHARGE);
    assert_eq!(charge(7).await, Ok(7));
}

#[tokio::test]
async fn the_last_fault_that_was_planned_holds() {
    let test = exclusive().await;
    test.fail_with("test_kit::guarded", || Rejection::Injected { policy: "mine".into() });
    assert_eq!(guarded().await.unwrap_err().policy(), "mine");
    test.fail("test_kit::guarded", 0);
    assert_eq!(guarded().await, Ok(()));
}

/// No policy here rejects, and the error can't be made from a rejection.
#[retry(attempts = 3, delay = "1s")]
async fn list() -> Result<u32, &'static str> {
    Ok(3)
}

#[tokio::test]
async fn a_function_that_never_rejects_recovers_from_faults() {
    let test = exclusive().await;
    test.fail("test_kit::list", 2);
    assert_eq!(list().await, Ok(3));
    test.fail_with("test_kit::list", || "down");
    assert_eq!(list().await, Err("down"));
    assert_eq!(
        test.events_of("test_kit::list"),
        ["retried 1", "retried 2", "retried 1", "retried 2"]
    );
}

#[tokio::test]
async fn a_fault_that_cannot_leave_says_so() {
    let test = exclusive().await;
    test.fail("test_kit::list", 3);
    assert_eq!(
        panic_of(list()).await,
        "no policy of `test_kit::list` rejects, and its `core::result::Result<u32, &str>` can't be made from the fault \
         of `test.fail`: write `test.fail_with(\"test_kit::list\", || …)` with an error of its own"
    );
}

#[retry(attempts = 2, delay = "1s")]
async fn held() -> Result<u32, resilience::Error<&'static str>> {
    Ok(1)
}

#[hedge(after = "1s")]
async fn raced() -> Result<u32, ApiError> {
    tokio::time::sleep(Duration::from_secs(5)).await;
    Ok(1)
}

#[tokio::test]
async fn a_fault_leaves_a_function_whose_error_has_room_for_it() {
    let test = exclusive().await;
    test.fail("test_kit::held", 2);
    let rejection = held().await.unwrap_err().rejection().map(Rejection::kind);
    assert_eq!(rejection, Some(RejectionKind::Injected));
    test.fail("test_kit::raced", 2);
    assert_eq!(raced().await, Err(ApiError::Rejected(RejectionKind::Injected)));
    assert_eq!(raced().await, Ok(1));
    assert_eq!(test.events_of("test_kit::raced"), ["hedged 2", "hedged 2"]);
}

#[tokio::test]
async fn an_error_of_another_type_says_so() {
    let test = exclusive().await;
    test.fail_with(CHARGE, || String::from("down"));
    assert_eq!(
        panic_of(charge(1)).await,
        "`test_kit::charge` fails with the type `test_kit::ApiError`, and `fail_with` gives it a `alloc::string::String`: \
         write one of the function's own type"
    );
}

#[retry]
async fn generic<E: From<Rejection>>(value: u32) -> Result<u32, E> {
    Ok(value)
}

#[tokio::test]
async fn an_error_that_is_a_type_parameter_says_so() {
    let test = exclusive().await;
    test.fail_with("test_kit::generic", || ApiError::Down);
    assert_eq!(
        panic_of(generic::<ApiError>(1)).await,
        "the error type of `test_kit::generic` borrows, is a type parameter, or isn't written out, so that `fail_with` \
         can't make one: write `test.fail(\"test_kit::generic\", 1)`"
    );
    test.fail("test_kit::generic", 3);
    let failed = generic::<ApiError>(1).await;
    assert_eq!(failed, Err(ApiError::Rejected(RejectionKind::Injected)));
}

#[timeout("1s")]
async fn quick() -> Result<u32, ApiError> {
    Ok(1)
}

#[tokio::test]
async fn a_body_is_late() {
    let test = exclusive().await;
    test.delay("test_kit::quick", "2s");
    assert_eq!(quick().await, Err(ApiError::Rejected(RejectionKind::TimedOut)));
    assert_eq!(test.events_of("test_kit::quick"), ["rejected timed_out"]);
    test.delay("test_kit::quick", Duration::from_millis(900));
    assert_eq!(quick().await, Ok(1));
    test.fail_with("test_kit::quick", || ApiError::Down);
    let start = tokio::time::Instant::now();
    assert_eq!(quick().await, Err(ApiError::Down));
    assert_eq!(start.elapsed(), Duration::from_millis(900));
    test.assert_no_sleep();
}

#[tokio::test]
async fn a_text_that_is_no_duration_says_so() {
    let test = exclusive().await;
    let said = panic_of(async { test.delay("test_kit::quick", "2") }).await;
    assert!(said.starts_with("\"2\" lacks a unit: write \"2ms\" or \"2s\""), "{said}");
}

#[retry(attempts = 3, delay = "10ms", jitter = none)]
fn read(runs: &Cell<u32>) -> Result<u32, ApiError> {
    runs.set(runs.get() + 1);
    Ok(1)
}

#[tokio::test]
async fn a_synchronous_function_has_faults_too() {
    let test = exclusive().await;
    let runs = Cell::new(0);
    test.fail("test_kit::read", 1);
    assert_eq!((read(&runs), runs.get()), (Ok(1), 1));
    assert_eq!(test.events_of("test_kit::read"), ["retried 1"]);
    test.fail_with("test_kit::read", || ApiError::Down);
    test.delay("test_kit::read", "1ms");
    assert_eq!((read(&runs), runs.get()), (Err(ApiError::Down), 1));
    let said = panic_of(async { test.assert_no_sleep() }).await;
    assert_eq!(
        said.split("; ").next(),
        Some("the test waited in real time: a synchronous function blocked its thread for 10ms")
    );
    assert_eq!(said.split("; ").count(), 1 + 3 + 2, "a pause, then three delays with two pauses");
}

#[tokio::test]
async fn a_timer_on_a_running_clock_is_a_real_wait() {
    let test = exclusive().await;
    quick().await.unwrap();
    test.delay("test_kit::quick", "1ms");
    quick().await.unwrap();
    test.assert_no_sleep();
    tokio::time::resume();
    quick().await.unwrap();
    let said = panic_of(async { test.assert_no_sleep() }).await;
    assert!(said.contains("a timer of 1ms on a clock that isn't paused"), "{said}");
}

#[resilient(name = "quotes", retry(attempts = 2, delay = "1s"), fallback(Ok(0)))]
async fn quote() -> Result<u32, ApiError> {
    Ok(9)
}

/// It returns no `Result`.
#[fallback(0)]
#[retry(attempts = 2, delay = "1s")]
async fn plain_quote() -> u32 {
    9
}

#[fallback(|error: &&str| Ok(error.len()))]
#[retry(attempts = 2, delay = "1s")]
async fn length() -> Result<usize, &'static str> {
    Ok(100)
}

#[fallback(0)]
fn plain_read() -> u32 {
    9
}

#[tokio::test]
async fn a_fallback_answers_for_faults() {
    let test = exclusive().await;
    test.fail("test_kit::quote", 2);
    assert_eq!(quote().await, Ok(0));
    assert_eq!(test.events_of("quotes"), ["retried 1", "fell_back 1"]);
    test.fail("test_kit::plain_quote", 1);
    assert_eq!(plain_quote().await, 9);
    test.fail("test_kit::plain_quote", 2);
    assert_eq!(plain_quote().await, 0);
    test.fail("test_kit::plain_read", 1);
    assert_eq!((plain_read(), plain_read()), (0, 9));
    test.fail_with("test_kit::length", || "four");
    assert_eq!(length().await, Ok(4));
    test.fail("test_kit::length", 2);
    let said = panic_of(length()).await;
    assert!(said.contains("can't be made from the fault"), "{said}");
    test.fail_with("test_kit::plain_quote", || "down");
    let said = panic_of(plain_quote()).await;
    assert!(said.contains("the error type of `test_kit::plain_quote`"), "{said}");
}

struct Shop;

#[circuit_breaker(min_calls = 1)]
impl Shop {
    async fn order(&mut self, count: u32) -> Result<u32, ApiError> {
        Ok(count)
    }
}

trait Stock {
    #[retry(attempts = 2, delay = "1s")]
    async fn count(&self) -> Result<u32, ApiError> {
        Ok(5)
    }
}

impl Stock for Shop {}

struct Store<K>(K);

impl<K: Clone + Send + Sync> Store<K> {
    #[bulkhead]
    async fn key(&self) -> Result<K, Refused<K>> {
        Ok(self.0.clone())
    }
}

#[derive(Debug, PartialEq)]
struct Refused<K>(Option<K>);

impl<K> From<Rejection> for Refused<K> {
    fn from(_: Rejection) -> Self {
        Self(None)
    }
}

#[derive(Debug, PartialEq)]
struct Borrowed<'t>(&'t str);

impl From<Rejection> for Borrowed<'_> {
    fn from(_: Rejection) -> Self {
        Self("rejected")
    }
}

/// Its lifetime is hidden, and it is an argument's.
#[bulkhead]
#[allow(elided_lifetimes_in_paths, mismatched_lifetime_syntaxes)]
async fn parse(said: &str) -> Result<u32, Borrowed> {
    said.parse().map_err(|_| Borrowed(said))
}

mod one {
    pub(crate) struct First;
    pub(crate) struct Second;

    impl First {
        #[super::bulkhead]
        pub(crate) async fn get(&self) -> Result<u32, super::ApiError> {
            Ok(1)
        }
    }

    impl Second {
        #[super::bulkhead]
        pub(crate) async fn get(&self) -> Result<u32, super::ApiError> {
            Ok(2)
        }
    }
}

#[tokio::test]
async fn methods_generics_and_borrowed_errors_have_faults() {
    let test = exclusive().await;
    let injected = || ApiError::Rejected(RejectionKind::Injected);
    test.fail("test_kit::Shop::order", 1);
    assert_eq!(Shop.order(3).await, Err(injected()));
    assert_eq!(test.events_of("test_kit::Shop::order"), ["state_changed closed->open"]);
    assert_eq!(test.breaker("test_kit::Shop::order").state(), CircuitState::Open);
    test.fail("test_kit::count", 1);
    assert_eq!(Shop.count().await, Ok(5));
    test.fail("test_kit::key", 1);
    assert_eq!(Store(7).key().await, Err(Refused(None)));
    test.fail_with("test_kit::parse", || Borrowed("for ever"));
    assert_eq!(parse("7").await, Err(Borrowed("for ever")));
}

#[tokio::test]
async fn functions_of_one_path_are_told_apart_by_their_lines() {
    let test = exclusive().await;
    let said = panic_of(async { test.fail("test_kit::one::get", 1) }).await;
    let names: Vec<_> =
        said.split('`').filter(|name| name.starts_with("test_kit::one::get:")).collect();
    assert!(said.starts_with("several functions are called `test_kit::one::get`: write one of "));
    let [first, _] = names[..] else { panic!("{said}") };
    test.fail(first, 1);
    let results = (one::First.get().await, one::Second.get().await);
    let failed = [results.0.is_err(), results.1.is_err()];
    assert_eq!(failed.into_iter().filter(|failed| *failed).count(), 1);
}

#[rate_limit("1/m", name = "limited")]
async fn limited() -> Result<(), Rejection> {
    Ok(())
}

#[circuit_breaker]
static SHARED: CircuitBreaker;

#[bulkhead(max_concurrent = 1)]
static SLOTS: Bulkhead;

#[retry(attempts = 2)]
static AGAIN: Retry;

#[circuit_breaker]
static HOSTS: Keyed<CircuitBreaker>;

#[rate_limit("2/h")]
static TURNS: RateLimiter;

/// Whether every one of these is as new. Other tests of this program leave them alone.
fn assert_as_new() {
    assert_eq!(SHARED.state(), CircuitState::Closed);
    assert_eq!(SHARED.totals(), Totals::default());
    assert!(SHARED.last_trip().is_none());
    assert_eq!(SHARED.transitions(CircuitState::Closed, CircuitState::ForcedOpen), 0);
    assert_eq!(SLOTS.config(), &BulkheadConfig::new().max_concurrent(1));
    assert_eq!(SLOTS.mode(), Mode::Enforce);
    assert_eq!(SLOTS.totals().rejected + SLOTS.bypassed(), 0);
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(2));
    assert_eq!(AGAIN.totals().retries + AGAIN.totals().exhausted, 0);
    assert!(HOSTS.is_empty());
    assert_eq!(TURNS.available(), 2);
}

async fn use_everything_up() {
    let failed: Result<(), ApiError> = SHARED.call(async { Err(ApiError::Down) }).await;
    failed.unwrap_err();
    SHARED.force_open();
    let rejected: Result<(), ApiError> = SHARED.call(async { Ok(()) }).await;
    rejected.unwrap_err();
    let (first, second) = (SLOTS.try_acquire(), SLOTS.try_acquire());
    assert!(first.is_ok() && second.is_err());
    SLOTS.reconfigure(BulkheadConfig::new().max_concurrent(9)).unwrap();
    SLOTS.set_mode(Mode::Off).unwrap();
    drop(SLOTS.try_acquire());
    let failed: Result<(), ApiError> = AGAIN.call(|| async { Err(ApiError::Down) }).await;
    failed.unwrap_err();
    AGAIN.reconfigure(RetryConfig::new().attempts(7)).unwrap();
    HOSTS.get("db-7").force_open();
    TURNS.try_acquire().unwrap();
}

#[tokio::test]
async fn everything_is_as_new_at_the_begin_and_at_the_end() {
    let test = exclusive().await;
    assert_as_new();
    use_everything_up().await;
    drop(test);
    assert_as_new();
    let test = exclusive().await;
    assert!(test.events_of("test_kit::SHARED").is_empty());
    use_everything_up().await;
    assert_eq!(
        test.events_of("test_kit::SHARED"),
        ["state_changed closed->forced-open", "rejected circuit_open"]
    );
    assert_eq!(test.events_of("test_kit::SLOTS"), ["rejected bulkhead_full"]);
}

#[tokio::test]
async fn overrides_end_with_the_test_that_applied_them() {
    let test = exclusive().await;
    let later = serde_json::json!({ "retry": { "test_kit::AGAIN": { "delay": "5s" } } });
    Overrides::from_value(later).unwrap().reload().unwrap();
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(2).delay(Duration::from_secs(5)));
    drop(test);
    let _test = exclusive().await;
    AGAIN.reconfigure(RetryConfig::new().attempts(7)).unwrap();
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(7));
}

#[tokio::test]
async fn a_clock_that_was_far_ahead_does_not_matter_to_the_next_test() {
    let runs = || async {
        let test = exclusive().await;
        limited().await.unwrap();
        assert_eq!(limited().await.unwrap_err().kind(), RejectionKind::RateLimited);
        assert_eq!(test.events_of("limited"), ["rejected rate_limited"]);
        tokio::time::advance(Duration::from_secs(3600)).await;
        limited().await.unwrap();
    };
    runs().await;
    let other = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let _test = exclusive().await;
            limited().await.unwrap();
        });
    });
    other.join().unwrap();
    runs().await;
}

#[tokio::test]
async fn a_breaker_is_put_into_any_state() {
    let test = exclusive().await;
    let payments = test.breaker("payments");
    payments.open();
    assert_eq!(payments.state(), CircuitState::Open);
    assert_eq!(payments.retry_after(), Some(Duration::from_secs(60)));
    payments.half_open();
    assert_eq!(payments.state(), CircuitState::HalfOpen);
    assert_eq!(charge(7).await, Ok(7));
    assert_eq!(payments.state(), CircuitState::Closed);
    payments.force_open();
    payments.close();
    payments.half_open();
    assert_eq!(payments.state(), CircuitState::HalfOpen);
}

#[tokio::test]
async fn the_breaker_of_a_pipeline_goes_by_the_pipelines_name() {
    let test = exclusive().await;
    test.breaker("quotes").open();
    assert_eq!(quote().await, Ok(0));
    assert_eq!(
        test.events_of("quotes"),
        ["state_changed closed->open", "rejected circuit_open", "fell_back 1"]
    );
}

#[tokio::test]
async fn unknown_names_are_told_with_the_nearest() {
    let test = exclusive().await;
    let texts = [
        panic_of(async { test.fail("test_kit::chrage", 1) }).await,
        panic_of(async { test.fail("shop::charge", 1) }).await,
        panic_of(async { test.delay("charge", "1s") }).await,
        panic_of(async { test.breaker("payment") }).await,
        panic_of(async { test.events_of("payment") }).await,
        panic_of(async { test.breaker("test_kit::HOSTS") }).await,
    ];
    assert_eq!(
        texts,
        [
            "no annotated function is called `test_kit::chrage`; did you mean `test_kit::charge`?",
            "no annotated function is called `shop::charge`; did you mean `test_kit::charge`?",
            "no annotated function is called `charge`; did you mean `test_kit::charge`?",
            "no circuit breaker is called `payment`; did you mean `payments`?",
            "no policy or function is called `payment`; did you mean `payments`?",
            "`test_kit::HOSTS` is one circuit breaker per key: take a key's from the static, `HOSTS.get(key)`",
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_runtime_of_several_threads_is_told_what_to_write() {
    assert_eq!(
        panic_of(exclusive()).await,
        "`exclusive()` pauses the clock, which takes a tokio runtime of one thread: write `#[tokio::test]`, or \
         `#[tokio::test(flavor = \"current_thread\")]`, above the test"
    );
}

#[tokio::test]
async fn a_test_that_would_wait_for_itself_is_told() {
    let test = exclusive().await;
    assert_eq!(
        panic_of(exclusive()).await,
        "this test has begun already, and would wait for itself: call `exclusive()` once, and hand its `Test` on"
    );
    drop(test);
    drop(exclusive().await);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_paused_already_stays_so() {
    let test = exclusive().await;
    tokio::time::sleep(Duration::from_secs(3600)).await;
    test.assert_no_sleep();
}

/// A test in a thread and a runtime of its own.
fn in_a_thread<F: Future<Output = ()>>(
    test: impl FnOnce() -> F + Send + 'static,
) -> std::thread::Result<()> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(test());
    };
    std::thread::spawn(run).join()
}

#[test]
fn a_test_that_panics_lets_the_next_one_begin() {
    in_a_thread(|| async {
        let test = exclusive().await;
        test.fail("test_kit::guarded", 5);
        test.breaker("guarded").force_open();
        panic!("as tests do");
    })
    .unwrap_err();
    in_a_thread(|| async {
        let _test = exclusive().await;
        assert_eq!(guarded().await, Ok(()));
    })
    .unwrap();
}

#[test]
fn one_at_a_time_across_runtimes() {
    let running = Arc::new(AtomicU32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let running = Arc::clone(&running);
            scope.spawn(move || {
                in_a_thread(|| async move {
                    let _test: Test = exclusive().await;
                    assert_eq!(running.fetch_add(1, Ordering::SeqCst), 0);
                    tokio::time::sleep(Duration::from_secs(60)).await;
                    assert_eq!(running.fetch_sub(1, Ordering::SeqCst), 1);
                })
                .unwrap();
            });
        }
    });
}

#[test]
fn a_guarded_future_is_send_with_the_kit() {
    fn is_send(_: &impl Send) {}
    is_send(&charge(1));
    is_send(&list());
    is_send(&plain_quote());
    is_send(&parse("1"));
}

#[tokio::test]
async fn the_names_of_every_listed_policy_are_known() {
    let test = exclusive().await;
    for breaker in registry().circuit_breakers() {
        assert!(test.events_of(&breaker.name()).is_empty(), "{}", breaker.name());
    }
}
