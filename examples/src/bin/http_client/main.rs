//! A resilient HTTP client, and an upstream that misbehaves by script.
//!
//! - [`client`]: **the part to copy**
//! - [`outbox`]: where orders wait that can't be placed now
//! - [`upstream`]: the other side, which does its share: idempotency keys, and the caller's deadline
//! - [`api`]: the client as a service

mod api;
mod client;
mod outbox;
mod upstream;

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{ClientError, Order, Orders, Placed};
use resilience::registry;
use tokio::time::sleep;
use upstream::Upstream;

/// Each is the name of an order and of what befalls it; see [`upstream`].
const STORY: [&str; 6] = ["steady", "flaky", "busy", "lost", "cut", "wrong"];
/// The breaker's `open_for`, a pause of the outbox, and some.
const BACK: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Some(port) = resilience_examples::serving()? {
        return serve(port).await;
    }
    let calls = resilience_examples::number("--calls", 3..=1000, 10, "calls during the outage");
    let upstream = Arc::<Upstream>::default();
    let address = resilience_examples::serve(upstream::app(Arc::clone(&upstream))).await?;
    let orders = start(format!("http://{address}"))?;

    for order in STORY {
        let start = Instant::now();
        let outcome = orders.place(&Order::new(order)).await;
        tell(order, &outcome, upstream.requests(order), start.elapsed());
    }
    outage(&orders, &upstream, calls).await;
    let start = Instant::now();
    while orders.outbox.len() > 0 && start.elapsed() < BACK {
        sleep(Duration::from_millis(10)).await;
    }
    println!(
        "after    {} orders wait after {} ms",
        orders.outbox.len(),
        start.elapsed().as_millis()
    );

    println!(
        "\n{}",
        registry().circuit_breaker("orders").map(ToString::to_string).unwrap_or_default()
    );
    println!("orders done: {}, done twice: {}", upstream.done(), upstream.done_twice());
    println!("given up at the caller's deadline: {}", upstream.given_up());
    println!("left running at the server: {}", upstream.left_running().await);
    Ok(())
}

/// The client, and what delivers its outbox.
fn start(url: String) -> reqwest::Result<Arc<Orders>> {
    let orders = Arc::new(Orders::new(url)?);
    let outbox = Arc::clone(&orders);
    tokio::spawn(async move { outbox::deliver(&outbox).await });
    Ok(orders)
}

/// With the upstream at `ORDERS_URL`, or else the scripted one.
async fn serve(port: u16) -> Result<(), Box<dyn Error>> {
    let url = if let Ok(url) = std::env::var("ORDERS_URL") {
        url
    } else {
        format!("http://{}", resilience_examples::serve(upstream::app(Arc::default())).await?)
    };
    let app = api::app(start(url)?);
    resilience_examples::serve_until_ctrl_c(app, port, "POST", "/orders/1").await?;
    Ok(())
}

fn tell(order: &str, outcome: &Result<Placed, ClientError>, requests: u32, took: Duration) {
    let outcome = match outcome {
        Ok(Placed::Now(receipt)) => format!("ok: {receipt}"),
        Ok(Placed::Later) => "later".to_owned(),
        Err(error) => format!("error: {error}"),
    };
    println!("{order:8} {requests} requests, {:4} ms, {outcome}", took.as_millis());
}

/// Orders that come while the upstream fails: they are taken in, whatever it says.
async fn outage(orders: &Orders, upstream: &Upstream, calls: u32) {
    upstream.fail(true);
    let mut later = 0;
    for call in 1..=calls {
        let outcome = orders.place(&Order::new(format!("outage-{call}"))).await;
        later += u32::from(matches!(outcome, Ok(Placed::Later)));
    }
    let requests: u32 = (1..=calls).map(|call| upstream.requests(&format!("outage-{call}"))).sum();
    println!("outage   {calls} calls, {requests} requests, {later} orders kept for later");
    upstream.fail(false);
}
