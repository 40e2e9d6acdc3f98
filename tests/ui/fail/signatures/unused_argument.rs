#![deny(unused_variables)]

use resilience::{Rejection, bulkhead, retry, timeout};

#[timeout("1s")]
async fn search(query: String, limit: String) -> Result<usize, Rejection> {
    Ok(query.len())
}

#[retry]
#[timeout("1s")]
async fn find((query, limit): (String, String)) -> Result<usize, Rejection> {
    Ok(query.len())
}

#[bulkhead]
fn count((query, _): (String, String), limit: String) -> Result<usize, Rejection> {
    Ok(query.len())
}

#[timeout("1s")]
#[retry]
#[allow(unused_variables)]
async fn allowed(limit: String) -> Result<usize, Rejection> {
    Ok(0)
}

fn main() {}
