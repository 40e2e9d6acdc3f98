//! What functions return: any `Result`, under any name, with any error.

use std::cell::Cell;
use std::io;

use resilience::{
    Rejection, RejectionKind, bulkhead, circuit_breaker, fallback, hedge, retry, timeout,
};

use super::sent;

#[timeout("1s")]
async fn by_anyhow(hang: bool) -> anyhow::Result<u8> {
    if hang {
        std::future::pending::<()>().await;
    }
    Ok(1)
}

#[timeout("1s")]
async fn by_box() -> Result<u8, Box<dyn std::error::Error + Send + Sync>> {
    std::future::pending().await
}

#[timeout("1s")]
async fn by_io() -> io::Result<u8> {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn errors_of_others_carry_a_refusal() {
    assert_eq!(sent(by_anyhow(false)).await.unwrap(), 1);
    let error = by_anyhow(true).await.unwrap_err();
    assert_eq!(error.downcast_ref::<Rejection>().unwrap().kind(), RejectionKind::TimedOut);
    let error = sent(by_box()).await.unwrap_err();
    assert_eq!(Rejection::find(&*error).unwrap().kind(), RejectionKind::TimedOut);
    let error = sent(by_io()).await.unwrap_err();
    assert_eq!(Rejection::find(&error).unwrap().kind(), RejectionKind::TimedOut);
}

#[derive(Debug, PartialEq)]
enum ApiError {
    Busy,
}

type ApiResult<T> = Result<T, ApiError>;

impl From<Rejection> for ApiError {
    fn from(_: Rejection) -> Self {
        Self::Busy
    }
}

#[bulkhead(max_concurrent = 1)]
#[circuit_breaker(when_err = |error| *error == ApiError::Busy, when_ok = |value| *value > 100)]
async fn by_alias(nested: bool) -> ApiResult<u8> {
    if nested { Box::pin(by_alias(false)).await } else { Ok(1) }
}

#[tokio::test]
async fn aliases_and_errors_of_ones_own() {
    assert_eq!((by_alias(false).await, by_alias(true).await), (Ok(1), Err(ApiError::Busy)));
}

fn words(rejection: Rejection) -> String {
    format!("sorry: {}", rejection.kind().as_str())
}

#[timeout("1s", rejection = words)]
#[circuit_breaker]
async fn mapped() -> Result<u8, String> {
    std::future::pending().await
}

#[timeout("1s", rejection = |_| ())]
async fn mapped_to_a_unit() -> Result<u8, ()> {
    std::future::pending().await
}

/// What names an argument borrows it, also by way of a format string.
#[timeout("1s", rejection = |refusal| format!("{who}: {}", refusal.kind()))]
async fn mapped_with_an_argument(who: String) -> Result<usize, String> {
    std::future::pending::<()>().await;
    Ok(who.len())
}

/// A name that the macro gives, and a field, are no arguments.
#[retry(attempts = 1, on_retry = |event| println!("{id} after {:?}", event.delay, id = event.attempt))]
async fn hook_that_seems_to_see_arguments(id: u8, delay: u8) -> Result<u8, ()> {
    Ok(id + delay)
}

#[tokio::test(start_paused = true)]
async fn a_function_maps_refusals() {
    let refused = sent(mapped_with_an_argument("ada".into())).await;
    assert_eq!(refused.unwrap_err(), "ada: timed_out");
    assert_eq!(hook_that_seems_to_see_arguments(1, 2).await, Ok(3));
    assert_eq!(sent(mapped()).await.unwrap_err(), "sorry: timed_out");
    assert_eq!(sent(mapped_to_a_unit()).await, Err(()));
}

#[hedge("1s")]
#[retry(attempts = 2, delay = "1ms")]
async fn never_refused(runs: &Cell<u32>) -> Result<u8, ()> {
    runs.set(runs.get() + 1);
    Err(())
}

#[tokio::test(start_paused = true)]
async fn what_never_refuses_needs_no_conversion() {
    let runs = Cell::new(0);
    assert_eq!((never_refused(&runs).await, runs.get()), (Err(()), 4));
}

#[retry(delay = "1ms")]
async fn by_generic<E: From<Rejection> + Send>(error: fn() -> E) -> Result<u8, E> {
    Err(error())
}

#[timeout]
async fn by_bound<E: From<Rejection> + Send>(value: u8) -> Result<u8, E> {
    Ok(value)
}

#[tokio::test(start_paused = true)]
async fn the_error_may_be_a_parameter() {
    assert_eq!(sent(by_generic(|| ApiError::Busy)).await, Err(ApiError::Busy));
    assert_eq!(sent(by_bound::<ApiError>(1)).await, Ok(1));
}

/// An error that must stay on its thread.
#[derive(Debug)]
struct Local(#[allow(dead_code, reason = "it makes the type !Send")] *const u8);

#[retry(attempts = 2, delay = "1ms")]
async fn locally() -> Result<u8, Local> {
    tokio::task::yield_now().await;
    Err(Local(std::ptr::null()))
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_not_send_leaves_the_future_send() {
    assert!(sent(locally()).await.is_err());
}

#[retry]
#[fallback(Ok(1), inner)]
async fn hidden_from_the_retry(runs: &Cell<u32>) -> Result<u8, ()> {
    runs.set(runs.get() + 1);
    Err(())
}

#[circuit_breaker]
#[fallback(Ok(1), inner = true)]
async fn hidden_from_the_breaker() -> ApiResult<u8> {
    Err(ApiError::Busy)
}

#[fallback("none".to_owned())]
#[retry]
async fn infallible() -> String {
    "one".to_owned()
}

#[tokio::test]
async fn fallbacks_may_stand_inside_and_alone() {
    let runs = Cell::new(0);
    assert_eq!((hidden_from_the_retry(&runs).await, runs.get()), (Ok(1), 1));
    assert_eq!(hidden_from_the_breaker().await, Ok(1));
    assert_eq!(infallible().await, "one");
}
