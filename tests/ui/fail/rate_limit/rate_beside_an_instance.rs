use resilience::{RateLimiter, Rejection, rate_limit};

#[rate_limit("5/m")]
static API: RateLimiter;

#[rate_limit(API, rate = "100/s")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
