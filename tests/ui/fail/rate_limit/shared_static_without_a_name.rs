use resilience::{RateLimiter, rate_limit};

#[rate_limit("100/s", shared)]
static API: RateLimiter;

fn main() {}
