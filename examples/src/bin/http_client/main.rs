//! A resilient HTTP client, and an upstream that misbehaves by script.
//!
//! - [`client`]: **the part to copy**
//! - [`upstream`]: the other side, which does its share: idempotency keys, and the caller's deadline

mod client;
mod upstream;

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{ClientError, Orders};
use tokio::time::sleep;
use upstream::Upstream;

/// Each is the name of an order and of what befalls it; see [`upstream`].
const STORY: [&str; 6] = ["steady", "flaky", "busy", "lost", "cut", "wrong"];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let calls = resilience_examples::number("--calls", 3..=1000, 10, "calls during the outage");
    let upstream = Arc::<Upstream>::default();
    let address = resilience_examples::serve(upstream::app(Arc::clone(&upstream))).await?;
    let orders = Orders::new(format!("http://{address}"))?;

    for order in STORY {
        let start = Instant::now();
        let outcome = orders.place(order).await;
        tell(order, &outcome, upstream.requests(order), start.elapsed());
    }
    let wait = outage(&orders, &upstream, calls).await;
    // A clock tick more than was said.
    sleep(wait + Duration::from_millis(20)).await;
    let outcome = orders.place("after").await;
    tell("after", &outcome, upstream.requests("after"), Duration::ZERO);

    println!("\n{}", client::BREAKER);
    println!("orders done: {}, done twice: {}", upstream.done(), upstream.done_twice());
    println!("given up at the caller's deadline: {}", upstream.given_up());
    println!("left running at the server: {}", upstream.left_running().await);
    Ok(())
}

fn tell(order: &str, outcome: &Result<String, ClientError>, requests: u32, took: Duration) {
    let outcome = match outcome {
        Ok(receipt) => format!("ok: {receipt}"),
        Err(error) => format!("error: {error}"),
    };
    println!("{order:8} {requests} requests, {:4} ms, {outcome}", took.as_millis());
}

/// How long until the circuit lets a call through again.
async fn outage(orders: &Orders, upstream: &Upstream, calls: u32) -> Duration {
    let (mut refused, mut wait) = (0, Duration::ZERO);
    for _ in 0..calls {
        if let Err(ClientError::Rejected(rejection)) = orders.place("outage").await {
            refused += 1;
            wait = rejection.retry_after().unwrap_or_default();
        }
    }
    let requests = upstream.requests("outage");
    println!("outage   {calls} calls, {requests} requests, {refused} refused by the open circuit");
    wait
}
