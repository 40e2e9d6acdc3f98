//! The HTTP routes.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};

use crate::user::{User, UserError};
use crate::users::Users;

/// The service's routes, the framework's (`/health`, `/metrics`, `/resilience`), and `/runtime`.
pub(crate) fn app(users: Arc<Users>) -> Router {
    Router::new()
        .route("/users/{id}", get(user))
        .with_state(users)
        .merge(resilience::axum::router())
        .merge(resilience_examples::runtime())
}

async fn user(users: State<Arc<Users>>, Path(id): Path<i64>) -> Result<Json<User>, UserError> {
    users.user(id).await.map(Json)
}

impl IntoResponse for UserError {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, self.to_string()).into_response(),
            // Which dependency failed, and how, is for the log, not for callers.
            Self::Failed(..) => StatusCode::BAD_GATEWAY.into_response(),
            Self::Rejected(rejection) => rejection.into_response(),
        }
    }
}
