//! Something to look at: policies of every kind, in every state, served with the admin routes. For tools that check
//! what is served; it prints its address and ends with its standard input.
//!
//! `cargo run -p resilience-tests --example observed -- TOKEN`

use std::io::Read;
use std::net::Ipv4Addr;

use axum::Router;
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, Hedge, HedgeConfig, Keyed,
    RateLimitConfig, RateLimiter, Rejection, Retry, RetryConfig, Timeout, TimeoutConfig, fallback,
    health_check, registry, resilient,
};

#[health_check(name = "database", critical)]
async fn database() -> Result<(), std::io::Error> {
    Ok(())
}

#[health_check(name = "cache")]
async fn cache() -> Result<(), std::io::Error> {
    Err(std::io::Error::other("connection refused"))
}

#[fallback(Ok(0))]
#[resilient(name = "charge", retry, circuit_breaker(latency))]
async fn charge(amount: u32) -> Result<u32, Rejection> {
    Ok(amount)
}

fn breakers() {
    let config = || CircuitBreakerConfig::new().consecutive_failures(1).latency(true);
    let all = ["closed", "open", "forced open", "forced closed", "with \"quotes\" and a \\"]
        .map(|name| registry().insert(CircuitBreaker::new(name, config())));
    all[1].try_acquire().expect("it is closed").failure();
    all[2].force_open();
    all[3].force_close();
    let hosts = registry().insert(Keyed::<CircuitBreaker>::new("hosts", config()));
    hosts.get("a.example").try_acquire().expect("it is closed").success();
}

fn others() {
    registry().insert(Retry::new("retry", RetryConfig::new()));
    registry().insert(Timeout::new("timeout", TimeoutConfig::new()));
    registry().insert(Bulkhead::new("bulkhead", BulkheadConfig::new()));
    registry().insert(RateLimiter::new("rate limit", RateLimitConfig::new().rate("5/s")));
    registry().insert(Hedge::new("hedge", HedgeConfig::new()));
}

#[tokio::main]
async fn main() {
    breakers();
    others();
    charge(1).await.expect("it is well");
    let token = std::env::args().nth(1).expect("the admin token is missing");
    let admin = resilience::axum::bearer(token);
    let listener =
        tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    println!("http://{}", listener.local_addr().expect("it is bound"));
    // Event streams end at once: a checker would wait for them.
    let routes =
        resilience::axum::router().admin(admin).with_shutdown_signal(std::future::ready(()));
    let app = Router::from(routes);
    tokio::spawn(async { axum::serve(listener, app).await });
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    ended.await.expect("it doesn't panic").expect("it can be read");
}
