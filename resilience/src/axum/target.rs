//! Which breaker a request is about: by the path, or by the query where no path can hold the name.

use ::axum::extract::{FromRequestParts, Path, Query};
use ::axum::http::request::Parts;
use ::axum::response::Response;
use serde::Deserialize;

use super::respond::bad_request;

/// A breaker's name, and a key where the route has one.
///
/// `?name=` and `?key=` win over the path: clients take `.` and `..` out of paths, also when they are percent-encoded.
pub(super) struct Target {
    pub(super) name: String,
    pub(super) key: String,
}

/// By name, so that a prefix with parameters of its own doesn't get in the way.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    key: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Target {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let path = Path::<Named>::from_request_parts(parts, state).await;
        let Path(path) = path.map_err(|rejection| bad_request(rejection.body_text()))?;
        let query = Query::<Named>::from_request_parts(parts, state).await;
        let Query(query) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
        let name = query.name.or(path.name).unwrap_or_default();
        Ok(Self { name, key: query.key.or(path.key).unwrap_or_default() })
    }
}
