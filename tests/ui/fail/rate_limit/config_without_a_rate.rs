use resilience::{RateLimitConfig, Rejection, rate_limit};

const BURSTS: RateLimitConfig = RateLimitConfig::new().burst(5);

#[rate_limit(config = BURSTS)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
