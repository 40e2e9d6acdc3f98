//! The payment provider: an HTTP server that breaks by script and counts who comes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tokio::time::sleep;

use crate::client::IDEMPOTENCY_KEY;
use crate::script::{Phase, Script};
use crate::server::Closing;

/// How long a payment takes.
const WORK: Duration = Duration::from_millis(12);
/// Even a healthy provider fails one request in this many.
pub(crate) const HICCUP: u64 = 10;

/// How many requests reached the provider.
#[derive(Debug, Default)]
pub(crate) struct Hits {
    healthy: AtomicU64,
    broken: AtomicU64,
}

impl Hits {
    /// Requests that came while it was failing or hanging.
    pub(crate) fn while_broken(&self) -> u64 {
        self.broken.load(Ordering::Relaxed)
    }

    /// Counts one, and says which it is.
    fn count(&self, phase: Phase) -> u64 {
        let counter = if phase == Phase::Healthy { &self.healthy } else { &self.broken };
        counter.fetch_add(1, Ordering::Relaxed) + 1
    }
}

#[derive(Clone)]
struct Provider {
    script: Script,
    hits: Arc<Hits>,
    closing: Closing,
}

/// The provider's routes.
pub(crate) fn app(script: Script, hits: Arc<Hits>, closing: Closing) -> Router {
    let provider = Provider { script, hits, closing };
    Router::new().route("/charges/{order}", post(charge)).with_state(provider)
}

async fn charge(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    let phase = provider.script.now();
    let hit = provider.hits.count(phase);
    match phase {
        Phase::Healthy if hit.is_multiple_of(HICCUP) => {
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Phase::Healthy => receipt(&headers).await,
        Phase::Failing => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Phase::Hanging => hang(provider.closing).await,
    }
}

/// One charge per key, however often it is asked for: the key is what makes a retry safe.
async fn receipt(headers: &HeaderMap) -> Response {
    sleep(WORK).await;
    let key = headers.get(IDEMPOTENCY_KEY).and_then(|key| key.to_str().ok());
    key.map_or(StatusCode::BAD_REQUEST.into_response(), |key| format!("paid {key}").into_response())
}

/// No request gets an answer before the program ends.
async fn hang(closing: Closing) -> Response {
    closing.begun().await;
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
