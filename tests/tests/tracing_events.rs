//! What happens, told to `tracing`.
//!
//! Each test begins by listening: a place in the code that speaks for the first time while the listener is being set
//! up may be taken for one that nobody listens to.

mod http;
mod log;

use std::time::Duration;

use axum::http::Method;
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, Rejection, Retry, RetryConfig,
    Timeout, TimeoutConfig, circuit_breaker, fallback, registry, retry,
};

#[tokio::test(start_paused = true)]
async fn changes_of_state_retries_and_refusals_say_who_and_what() {
    let log = log::listen();
    let breaker = CircuitBreaker::new("logged", CircuitBreakerConfig::new());
    breaker.force_open();
    assert!(breaker.try_acquire().is_err());
    let line = log.line_with(&[
        "policy=\"logged\"",
        "event=\"state_changed\"",
        "from=closed",
        "to=forced-open",
        "cause=forced",
    ]);
    assert_eq!(line.target, "resilience::circuit_breaker");
    log.line_with(&["policy=\"logged\"", "event=\"circuit_open\""]);

    let failing =
        CircuitBreakerConfig::new().consecutive_failures(1).open_for(Duration::from_secs(30));
    let breaker = CircuitBreaker::new("logged wait", failing);
    breaker.try_acquire().unwrap().failure();
    let rejection = breaker.try_acquire().unwrap_err();
    assert_eq!(rejection.retry_after(), Some(Duration::from_secs(30)), "also where it is logged");

    let retry = Retry::new("logged retry", RetryConfig::new().attempts(2));
    let _ = retry.call(|| async { Err::<(), ()>(()) }).await;
    let line =
        log.line_with(&["policy=\"logged retry\"", "event=\"retried\"", "attempt=1", "delay="]);
    assert_eq!(line.target, "resilience::retry");

    let timeout = Timeout::new("logged limit", TimeoutConfig::new().after(Duration::from_secs(2)));
    let _ = timeout.call(std::future::pending::<Result<(), Rejection>>()).await;
    let line = log.line_with(&["policy=\"logged limit\"", "event=\"timed_out\"", "after=2s"]);
    assert_eq!(line.target, "resilience::timeout");

    let bulkhead = Bulkhead::new("logged slots", BulkheadConfig::new().max_concurrent(1));
    let _slot = bulkhead.try_acquire().unwrap();
    assert!(bulkhead.try_acquire().is_err());
    let line = log.line_with(&["policy=\"logged slots\"", "event=\"bulkhead_full\"", "limit=1"]);
    assert_eq!(line.target, "resilience::bulkhead");
}

#[tokio::test]
async fn who_changes_a_breaker_by_hand_is_logged() {
    let log = log::listen();
    registry().insert(CircuitBreaker::new("by hand", CircuitBreakerConfig::new()));
    let headers = [("authorization", "Bearer s3cret"), ("x-forwarded-user", "ada")];
    let app = resilience::axum::router().admin(resilience::axum::bearer("s3cret")).into();
    let path = "/resilience/circuit-breakers/by%20hand/force-open?reason=maintenance";
    http::send(app, Method::POST, path, &headers, "").await;
    let line =
        log.line_with(&["event=\"administered\"", "policy=\"by hand\"", "action=\"force_open\""]);
    assert_eq!(line.target, "resilience::circuit_breaker");
    assert!(
        line.fields.contains("by=\"ada\"") && line.fields.contains("maintenance"),
        "{}",
        line.fields
    );
}

#[tokio::test(start_paused = true)]
async fn a_name_begins_no_log_line() {
    let log = log::listen();
    let breaker = CircuitBreaker::new("forged\nERROR all is lost", CircuitBreakerConfig::new());
    breaker.force_open();
    let rejection = breaker.try_acquire().unwrap_err();
    let line = log.line_with(&["forged", "event=\"state_changed\""]);
    assert!(!line.fields.contains('\n') && !rejection.to_string().contains('\n'), "{line:?}");
}

#[derive(Debug)]
struct Down(&'static str);

impl std::fmt::Display for Down {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl From<Rejection> for Down {
    fn from(_: Rejection) -> Self {
        Self("rejected")
    }
}

#[tokio::test(start_paused = true)]
async fn a_transition_says_which_error_caused_it_and_what_was_counted() {
    #[circuit_breaker(name = "explained", min_calls = 3, failure_rate = 0.5, open_for = "10s")]
    async fn fetch(answer: Result<(), Down>) -> Result<(), Down> {
        answer
    }

    let log = log::listen();
    for answer in [Ok(()), Err(Down("an early one")), Err(Down("out of\nmemory"))] {
        let _ = fetch(answer).await;
    }
    let line = log.line_with(&["policy=\"explained\"", "to=open"]);
    for fact in ["error=out of\\nmemory ", "requests=3 ", "successes=1 ", "failures=2 "] {
        assert!(line.fields.contains(fact), "{fact} in {}", line.fields);
    }

    tokio::time::advance(Duration::from_secs(10)).await;
    let _ = fetch(Err(Down("still down"))).await;
    let half_open = log.line_with(&["policy=\"explained\"", "to=half-open"]);
    assert!(!half_open.fields.contains("error="), "{}", half_open.fields);
    let reopened = log.line_with(&["policy=\"explained\"", "from=half-open"]);
    assert!(reopened.fields.contains("error=still down requests=1 "), "{}", reopened.fields);
}

#[tokio::test(start_paused = true)]
async fn an_error_is_told_by_its_content_if_it_has_no_sentence_and_only_where_it_is_the_cause() {
    #[derive(Debug)]
    struct Mute;

    impl From<Rejection> for Mute {
        fn from(_: Rejection) -> Self {
            Self
        }
    }

    #[circuit_breaker(name = "by content", consecutive_failures = 1)]
    async fn fetch() -> Result<(), Mute> {
        Err(Mute)
    }

    #[circuit_breaker(name = "by slowness", slow_call = "1s", min_calls = 1)]
    async fn crawl() -> Result<(), Mute> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(())
    }

    let log = log::listen();
    let _ = fetch().await;
    log.line_with(&["policy=\"by content\"", "to=open", "error=Mute "]);
    let _ = crawl().await;
    let slow = log.line_with(&["policy=\"by slowness\"", "to=open", "cause=slow_rate"]);
    assert!(!slow.fields.contains("error=") && slow.fields.contains("slow=1 "), "{slow:?}");
}

#[tokio::test(start_paused = true)]
async fn a_fallback_warns_once_a_minute_of_what_it_hides_and_how_often() {
    #[fallback(Ok(0), name = "hides")]
    #[retry(name = "again", attempts = 2)]
    async fn fetch() -> Result<u32, Down> {
        Err(Down("no answer"))
    }

    let log = log::listen();
    for _ in 0..3 {
        assert!(matches!(fetch().await, Ok(0)));
    }
    let fell_back = ["policy=\"hides\"", "event=\"fell_back\"", "step=1", "error=no answer"];
    let warned = [&fell_back[..], &["count="]].concat();
    assert_eq!((log.count_with(&fell_back), log.count_with(&warned)), (3, 1));
    tokio::time::advance(Duration::from_secs(61)).await;
    let _ = fetch().await;
    assert_eq!((log.count_with(&fell_back), log.count_with(&warned)), (4, 2));
    log.line_with(&[&warned[..], &["count=3"]].concat());
    log.line_with(&["policy=\"again\"", "event=\"retried\"", "attempt=1", "error=no answer"]);
}

#[tokio::test]
async fn an_answer_that_fails_is_logged_with_its_number() {
    #[fallback(Err(Down("no replica")), Ok(2), name = "two answers")]
    async fn fetch() -> Result<u32, Down> {
        Err(Down("no answer"))
    }

    let log = log::listen();
    assert!(matches!(fetch().await, Ok(2)));
    log.line_with(&[
        "policy=\"two answers\"",
        "event=\"fallback_failed\"",
        "step=1",
        "error=no replica",
    ]);
}

#[tokio::test(start_paused = true)]
async fn an_error_that_cannot_be_shown_holds_up_no_announcement() {
    struct Cruel;

    impl std::fmt::Display for Cruel {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            BREAKER.force_open();
            panic!("no text today");
        }
    }

    impl From<Rejection> for Cruel {
        fn from(_: Rejection) -> Self {
            Self
        }
    }

    #[circuit_breaker(name = "cruel", consecutive_failures = 1)]
    static BREAKER: CircuitBreaker;

    #[circuit_breaker(BREAKER)]
    async fn fetch() -> Result<(), Cruel> {
        Err(Cruel)
    }

    let log = log::listen();
    let _ = fetch().await;
    let opened = log.line_with(&["policy=\"cruel\"", "from=closed", "to=open"]);
    assert!(!opened.fields.contains("error="), "{opened:?}");
    log.line_with(&["policy=\"cruel\"", "from=open", "to=forced-open"]);
}
