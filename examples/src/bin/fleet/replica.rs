//! One replica of the limited API.

use std::error::Error;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use resilience::{Rejection, rate_limit, shared};
use tokio::net::TcpListener;

/// What all replicas together let through in a second.
pub const RATE: u32 = 100;

/// One limit for the whole fleet. `Rejection` is a response: 429 with `Retry-After`.
#[rate_limit("100/s", burst = 10, name = "quotes", shared)]
pub async fn quote(Path(symbol): Path<String>) -> Result<String, Rejection> {
    Ok(format!("{symbol}: 42\n"))
}

/// A connection that comes back by itself. It is made when it is first used: a replica starts without Redis, too.
pub fn connection(url: &str) -> redis::RedisResult<ConnectionManager> {
    let config = ConnectionManagerConfig::new().set_max_delay(Duration::from_millis(200));
    ConnectionManager::new_lazy_with_config(redis::Client::open(url)?, config)
}

/// Serves until it is ended, on 127.0.0.1 or where `HOST` says. It prints its URL first.
pub async fn serve(port: u16) -> Result<(), Box<dyn Error>> {
    let set = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.into());
    let connection = connection(&set("REDIS_URL", "redis://127.0.0.1:6379"))?;
    shared::connect(shared::Redis::new(connection).namespace("fleet-example"));
    let app = Router::new().route("/quotes/{symbol}", get(quote)).merge(resilience::axum::router());
    let listener = TcpListener::bind((set("HOST", "127.0.0.1"), port)).await?;
    println!("GET http://{}/quotes/ACME … /health … /metrics", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
