//! A resilient HTTP client that places orders, each to be done once, and an upstream that misbehaves.
//!
//! # What it shows
//!
//! - [`client::Orders::send`]: retry outside breaker outside a time limit per attempt, with a bulkhead and a total limit
//!   around them. 5xx and broken connections are worth another attempt, 4xx are not, and an open circuit is left alone.
//! - What reqwest guards better itself: how long a connection may take to come about, and how long it may be silent.
//! - `Retry-After` as the least delay; an idempotency key, the same for every attempt; the time that is left as a header
//!   ([`resilience::wire`]), which the server honours ([`upstream`]). A server without a need to count uses the layer
//!   `resilience::tower::inbound()`.
//! - [`outbox`]: an order that can't be placed now is taken in, and sent under the same key when the upstream is back.
//!   Nothing is lost, nothing is done twice.
//!
//! # How to run it
//!
//! ```sh
//! cargo run --bin http_client                       # the show: one mishap after the other, then an outage
//! cargo run --bin http_client -- --calls 50         # with more calls in the outage
//! cargo run --bin http_client -- --serve 8080       # POST /orders/NAME: 201 done, 202 will be done
//! ```
//!
//! # What to copy
//!
//! [`client`] is the part to copy: the attributes, [`client::ClientError::is_outage`] and its sibling for retries. A
//! client whose work may be done twice needs neither key nor outbox.
//!
//! # Knobs
//!
//! `ORDERS_URL` says where orders go when it serves; without it, to the scripted [`upstream`]. In the attributes: the total
//! limit (2 s), the limit of an attempt (400 ms), the attempts (4), what share of calls may be retried (`budget`, 0.2), how
//! many failures in a row open the circuit (8) and for how long (1 s). In [`client::Orders::new`]: the limits of
//! connections and their pool.
//!
//! # What happens under which fault
//!
//! | fault | what callers get | the upstream sees |
//! |---|---|---|
//! | 500, 503, a lost or cut answer, now and then | the receipt, of a later attempt | the repeats, under the same key |
//! | three errors of ten | mostly the receipt; "later" where the retries' budget is used up | at most a fifth more requests |
//! | slow, cut, reset, black-holed for good | "later", at once while the circuit is open | sixteen requests, then one every second |
//! | 4xx | the error | one request |
//! | 2,000 callers at once | the receipt for as many as sixteen slots serve in time, "later" for the others | sixteen at a time |
//!
//! `tests/orders.rs` checks these; `tests/http_client.rs` reads what the show prints.
//!
//! # The modules
//!
//! - [`client`]: the guarded call
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
