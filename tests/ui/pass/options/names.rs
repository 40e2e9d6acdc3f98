#![deny(warnings)]

use resilience::{Rejection, bulkhead, circuit_breaker, registry, resilient};

// One name for several kinds, and one prefix for the parts of several pipelines, is no mistake.
#[circuit_breaker(name = "payments")]
#[bulkhead(name = "payments")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

#[resilient(name = "orders", retry)]
async fn order(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

#[tokio::main]
async fn main() {
    assert_eq!(charge(1).await.unwrap() + order(1).await.unwrap(), 2);
    assert!(registry().circuit_breaker("payments").is_some());
    assert!(registry().bulkhead("payments").is_some());
    assert!(registry().retry("orders.retry").is_some());
    assert_eq!(registry().name_clashes().len(), 0);
}
