#![forbid(unsafe_code)]
#![deny(warnings)]

use resilience::{Rejection, retry, timeout};

#[timeout("1s")]
#[tracing::instrument]
async fn below(text: String) -> Result<String, Rejection> {
    Ok(text)
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
    assert_eq!(above("x".into()).await.unwrap(), 1);
    assert_eq!(above_with_results("x".into()).await.unwrap(), 1);
}
