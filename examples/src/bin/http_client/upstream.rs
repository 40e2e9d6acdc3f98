//! An upstream that misbehaves by script: an order's name says how.
//!
//! | order | befalls it |
//! |---|---|
//! | `flaky` | two times 500 |
//! | `busy` | 503 with `Retry-After: 1` |
//! | `lost` | it is done, but the answer never comes |
//! | `cut` | it is done, but the connection breaks in the middle of the answer |
//! | `wrong` | 422, each time |
//!
//! During the outage every order gets a 500. It does its share, too: work is done once per idempotency key, and given up at the caller's
//! deadline.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::stream;
use resilience::{Rejection, wire};
use tokio::time::sleep;

use crate::client::IDEMPOTENCY_KEY;

/// What it has seen and done.
#[derive(Debug, Default)]
pub(crate) struct Upstream {
    requests: Mutex<HashMap<String, u32>>,
    receipts: Mutex<HashMap<String, String>>,
    done: Mutex<HashMap<String, u32>>,
    fails: AtomicBool,
    running: AtomicU32,
    given_up: AtomicU32,
}

impl Upstream {
    /// How often that order came.
    pub(crate) fn requests(&self, order: &str) -> u32 {
        self.requests.lock().unwrap().get(order).copied().unwrap_or(0)
    }

    pub(crate) fn fail(&self, fails: bool) {
        self.fails.store(fails, Relaxed);
    }

    pub(crate) fn done(&self) -> usize {
        self.done.lock().unwrap().len()
    }

    pub(crate) fn done_twice(&self) -> usize {
        self.done.lock().unwrap().values().filter(|times| **times > 1).count()
    }

    /// Requests that ended at the deadline they came with.
    pub(crate) fn given_up(&self) -> u32 {
        self.given_up.load(Relaxed)
    }

    /// Requests that are still worked on, though every caller has left. They get a moment to end.
    pub(crate) async fn left_running(&self) -> u32 {
        for _ in 0..200 {
            if self.running.load(Relaxed) == 0 {
                break;
            }
            sleep(Duration::from_millis(10)).await;
        }
        self.running.load(Relaxed)
    }

    fn count(&self, order: &str) -> u32 {
        let mut requests = self.requests.lock().unwrap();
        let count = requests.entry(order.to_owned()).or_default();
        *count += 1;
        *count
    }

    /// Once per key: a repeated request gets the first receipt.
    fn work(&self, order: &str, key: &str) -> String {
        let mut receipts = self.receipts.lock().unwrap();
        let work = || {
            *self.done.lock().unwrap().entry(order.to_owned()).or_default() += 1;
            format!("receipt for {order}")
        };
        receipts.entry(key.to_owned()).or_insert_with(work).clone()
    }
}

/// Counted down however a request ends.
struct Running<'a>(&'a AtomicU32);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// The upstream's routes.
pub(crate) fn app(upstream: Arc<Upstream>) -> Router {
    Router::new()
        .route("/orders/{order}", post(place))
        .layer(from_fn_with_state(Arc::clone(&upstream), honour_deadline))
        .with_state(upstream)
}

/// What runs further in is dropped when no caller waits for it any more.
async fn honour_deadline(
    State(upstream): State<Arc<Upstream>>,
    request: Request,
    next: Next,
) -> Result<Response, Rejection> {
    let headers = request.headers().clone();
    wire::enter(&headers, next.run(request)).await.inspect_err(|_| {
        upstream.given_up.fetch_add(1, Relaxed);
    })
}

async fn place(
    State(upstream): State<Arc<Upstream>>,
    Path(order): Path<String>,
    headers: HeaderMap,
) -> Response {
    upstream.running.fetch_add(1, Relaxed);
    let _running = Running(&upstream.running);
    let Some(key) = headers.get(IDEMPOTENCY_KEY).and_then(|key| key.to_str().ok()) else {
        return (StatusCode::BAD_REQUEST, "an order needs an idempotency key").into_response();
    };
    let receipt = || upstream.work(&order, key);
    match (order.as_str(), upstream.count(&order)) {
        _ if upstream.fails.load(Relaxed) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        ("flaky", 1 | 2) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        ("busy", 1) => (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "1")]).into_response(),
        ("lost", 1) => never(receipt()).await,
        ("cut", 1) => cut(receipt()),
        ("wrong", _) => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        _ => receipt().into_response(),
    }
}

async fn never(_receipt: String) -> Response {
    std::future::pending().await
}

/// Half an answer.
fn cut(mut receipt: String) -> Response {
    receipt.truncate(receipt.len() / 2);
    let reset = Err(io::Error::from(io::ErrorKind::ConnectionReset));
    Body::from_stream(stream::iter([Ok(Bytes::from(receipt)), reset])).into_response()
}
