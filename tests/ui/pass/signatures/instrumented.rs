#![forbid(unsafe_code)]
#![deny(warnings)]

use resilience::{Rejection, bulkhead, retry, timeout};

#[timeout("1s")]
#[tracing::instrument]
async fn below(text: String) -> Result<String, Rejection> {
    Ok(text)
}

/// Only the span names the argument.
#[timeout("1s")]
#[tracing::instrument]
async fn recorded(request_id: String) -> Result<usize, Rejection> {
    Ok(1)
}

#[retry]
#[tracing::instrument]
fn recorded_at_once(request_id: String) -> Result<usize, Rejection> {
    Ok(1)
}

#[bulkhead]
#[tracing::instrument]
fn owned_and_recorded(request_id: String) -> Result<usize, Rejection> {
    Ok(1)
}

#[tracing::instrument]
#[retry]
#[timeout("1s")]
async fn above(text: String) -> Result<usize, Rejection> {
    Ok(text.len())
}

#[tracing::instrument(err, ret)]
#[retry]
async fn above_with_results(text: String) -> Result<usize, Rejection> {
    Ok(text.len())
}

#[tokio::main]
async fn main() {
    assert_eq!(below("x".into()).await.unwrap(), "x");
    assert_eq!(recorded("x".into()).await.unwrap(), 1);
    assert_eq!(recorded_at_once("x".into()).unwrap(), 1);
    assert_eq!(owned_and_recorded("x".into()).unwrap(), 1);
    assert_eq!(above("x".into()).await.unwrap(), 1);
    assert_eq!(above_with_results("x".into()).await.unwrap(), 1);
}
