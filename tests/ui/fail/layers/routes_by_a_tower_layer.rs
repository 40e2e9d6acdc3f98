use axum::Router;
use resilience::{RateLimiter, rate_limit};

#[rate_limit("10/s")]
static API: RateLimiter;

fn main() {
    let _: Router = Router::new().layer(API.layer());
}
