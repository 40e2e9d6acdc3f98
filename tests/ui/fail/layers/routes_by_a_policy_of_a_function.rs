use axum::Router;
use resilience::{RateLimitConfig, RateLimiter};

fn main() {
    let limit = RateLimiter::new("api", RateLimitConfig::per_second(10));
    let _: Router = Router::new().layer(resilience::axum::layer(&limit));
}
