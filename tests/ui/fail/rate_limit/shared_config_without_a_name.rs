use resilience::{RateLimitConfig, Rejection, rate_limit};

const FLEET: RateLimitConfig = RateLimitConfig::per_second(100).shared(true);

#[rate_limit(config = FLEET)]
async fn search(query: &str) -> Result<usize, Rejection> {
    Ok(query.len())
}

fn main() {}
