use axum::Router;
use resilience::{Keyed, RateLimiter, rate_limit};

#[rate_limit("10/s")]
static USERS: Keyed<RateLimiter>;

fn main() {
    let _: Router = Router::new().layer(resilience::axum::layer(&USERS));
}
