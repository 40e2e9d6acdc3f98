use resilience::{RateLimiter, rate_limit};

#[rate_limit("10/s")]
static API: RateLimiter;

fn main() {
    let _ = API.layer().when_ok(|status: &u16| *status >= 500);
}
