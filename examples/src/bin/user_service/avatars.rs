//! The upstream API: pictures of users, by HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;

use crate::user::BoxError;

/// The client.
pub(crate) struct Avatars {
    http: reqwest::Client,
    url: String,
}

impl Avatars {
    pub(crate) fn new(url: String) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(1))
            .pool_max_idle_per_host(8)
            .no_proxy();
        Ok(Self { http: http.build()?, url })
    }

    /// Where that user's picture is.
    pub(crate) async fn of(&self, id: i64) -> Result<String, BoxError> {
        let response = self.http.get(format!("{}/avatars/{id}", self.url)).send().await?;
        Ok(response.error_for_status()?.text().await?)
    }
}

/// An embedded upstream that never answers while the flag is set.
pub(crate) fn stand_in(hangs: Arc<AtomicBool>) -> Router {
    Router::new().route("/avatars/{id}", get(avatar)).with_state(hangs)
}

async fn avatar(State(hangs): State<Arc<AtomicBool>>, Path(id): Path<i64>) -> String {
    if hangs.load(Relaxed) {
        std::future::pending::<()>().await;
    }
    format!("/pictures/{id}.png")
}
