//! Errors of others, and what rejections look like.

use std::error::Error as StdError;
use std::io;
use std::num::ParseIntError;
use std::time::Duration;

use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, Error, Rejection,
    RejectionKind, Timeout, TimeoutConfig, bulkhead, circuit_breaker, registry, timeout,
};

#[circuit_breaker(name = "ports")]
#[timeout("1s", name = "ports")]
async fn port(text: Option<&str>) -> Result<u16, Error<ParseIntError>> {
    let Some(text) = text else { return std::future::pending().await };
    Ok(text.parse()?)
}

#[tokio::test(start_paused = true)]
async fn an_error_of_another_crate_is_wrapped() {
    assert_eq!(port(Some("80")).await, Ok(80));
    let error = port(Some("http")).await.unwrap_err();
    assert_eq!(error.to_string(), "invalid digit found in string");
    assert!(error.source().unwrap().is::<ParseIntError>());
    let error = port(None).await.unwrap_err();
    assert_eq!(error.to_string(), "timed out after 1s (timeout `ports`)");
    assert_eq!(error.rejection().unwrap().kind(), RejectionKind::TimedOut);
    assert_eq!(Rejection::find(&error), error.rejection());
    assert_eq!(registry().circuit_breaker("ports").unwrap().totals().failures, 2);
}

/// `?` on the error of an inner function, which is an `Error<E>` already.
#[allow(clippy::items_after_statements, reason = "each part beside its checks")]
#[tokio::test(start_paused = true)]
async fn it_passes_through_functions() {
    #[timeout("5s")]
    async fn outer(text: Option<&str>) -> Result<u16, Error<ParseIntError>> {
        Ok(port(text).await? + 1)
    }
    assert_eq!(outer(Some("80")).await, Ok(81));
    assert!(outer(None).await.unwrap_err().rejection().is_some());

    async fn boxed(text: Option<&str>) -> Result<u16, Box<dyn StdError + Send + Sync>> {
        Ok(port(text).await?)
    }
    let error = boxed(None).await.unwrap_err();
    assert!(Rejection::find(error.as_ref()).is_some());
}

/// One conversion for a function that is generic over a foreign error.
#[tokio::test]
async fn a_generic_error_is_wrapped_without_a_bound() {
    #[bulkhead]
    async fn guarded<T, E>(result: Result<T, E>) -> Result<T, Error<E>> {
        Ok(result?)
    }
    assert_eq!(guarded("5".parse::<u32>()).await, Ok(5));
    assert!(guarded("x".parse::<u32>()).await.unwrap_err().inner().is_some());
}

#[test]
fn synchronous_functions_have_it_too() {
    #[bulkhead(max_concurrent = 1)]
    fn parse(text: &str) -> Result<u32, Error<ParseIntError>> {
        Ok(text.parse()?)
    }
    assert_eq!(parse("5"), Ok(5));
    assert!(matches!(parse("x"), Err(Error::Inner(_))));
}

/// By hand, `call` takes it beside errors that have a `From<Rejection>`.
#[tokio::test]
async fn by_hand_both_kinds_of_errors_are_taken() {
    let breaker = CircuitBreaker::new("either", CircuitBreakerConfig::new());
    let timeout = Timeout::new("either", TimeoutConfig::new());
    let bulkhead = Bulkhead::new("either", BulkheadConfig::new());
    breaker.force_open();
    let own = breaker.call(async { Ok::<u32, io::Error>(1) }).await;
    assert!(Rejection::find(&own.unwrap_err()).is_some());
    let foreign =
        breaker.call(async { Ok::<u32, Error<ParseIntError>>("5".parse::<u32>()?) }).await;
    assert!(matches!(foreign, Err(Error::Rejected(_))));
    assert!(breaker.call_blocking(|| Ok::<u32, Error<()>>(1)).is_err());
    assert_eq!(timeout.call(async { Ok::<_, Error<()>>(1) }).await, Ok(1));
    assert_eq!(bulkhead.call(async { Ok::<_, Error<()>>(1) }).await, Ok(1));
}

#[test]
fn rejections_are_one_sentence_with_the_facts() {
    let policy = "payments".into();
    let wait = Some(Duration::from_secs(3));
    for (rejection, sentence) in [
        (
            Rejection::CircuitOpen { policy, retry_after: wait },
            "circuit open, retry in 3s (circuit breaker `payments`)",
        ),
        (
            Rejection::CircuitOpen { policy, retry_after: None },
            "circuit forced open (circuit breaker `payments`)",
        ),
        (
            Rejection::BulkheadFull { policy, limit: 25 },
            "25 concurrent calls, no more are admitted (bulkhead `payments`)",
        ),
        (
            Rejection::RateLimited { policy, retry_after: wait },
            "rate limit exceeded, retry in 3s (rate limiter `payments`)",
        ),
        (
            Rejection::RateLimited { policy, retry_after: None },
            "rate limit exceeded by this call alone (rate limiter `payments`)",
        ),
        (
            Rejection::TimedOut { policy, after: Duration::from_secs(2) },
            "timed out after 2s (timeout `payments`)",
        ),
        (
            Rejection::DeadlineExceeded { policy },
            "the deadline had passed before the call began (`payments`)",
        ),
    ] {
        assert_eq!(rejection.to_string(), sentence);
    }
}

/// A default name is the module's path, which is nothing to callers; an explicit one is the author's choice.
#[tokio::test(start_paused = true)]
async fn callers_see_no_module_path() {
    #[timeout("2s")]
    async fn hangs() -> Result<(), Rejection> {
        std::future::pending().await
    }
    #[timeout("2s", name = "shop::hangs")]
    async fn named() -> Result<(), Rejection> {
        std::future::pending().await
    }
    let rejection = hangs().await.unwrap_err();
    assert_eq!(rejection.to_string(), "timed out after 2s (timeout `hangs`)");
    assert_eq!(rejection.policy(), "errors::hangs", "the name itself stays whole");
    assert_eq!(
        named().await.unwrap_err().to_string(),
        "timed out after 2s (timeout `shop::hangs`)"
    );
}

#[test]
fn rejections_serialize() {
    let policy = "p".into();
    let json = |rejection: Rejection| serde_json::to_value(rejection).unwrap();
    assert_eq!(
        json(Rejection::CircuitOpen { policy, retry_after: Some(Duration::from_millis(1500)) }),
        serde_json::json!({"kind": "circuit_open", "policy": "p", "retry_after_ms": 1500.0})
    );
    assert_eq!(
        json(Rejection::TimedOut { policy, after: Duration::from_secs(2) }),
        serde_json::json!({"kind": "timed_out", "policy": "p", "after_ms": 2000.0})
    );
    assert_eq!(
        json(Rejection::BulkheadFull { policy, limit: 3 }),
        serde_json::json!({"kind": "bulkhead_full", "policy": "p", "limit": 3})
    );
}
