use resilience::{RateLimiter, rate_limit};

#[rate_limit("100/s", cost = 2)]
pub static API: RateLimiter;

fn main() {}
