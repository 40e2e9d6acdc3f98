//! The client as a service: what a shop's front would call.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::client::{ClientError, Order, Orders, Placed};

pub(crate) fn app(orders: Arc<Orders>) -> Router {
    Router::new()
        .route("/orders/{order}", post(place))
        .route(
            "/outbox",
            get(|State(orders): State<Arc<Orders>>| async move { orders.outbox.len().to_string() }),
        )
        .with_state(orders)
        .merge(resilience::axum::router())
        .merge(resilience_examples::runtime())
}

/// 201 when it is done, 202 when it will be.
async fn place(orders: State<Arc<Orders>>, Path(name): Path<String>) -> Response {
    match orders.place(&Order::new(name)).await {
        Ok(Placed::Now(receipt)) => (StatusCode::CREATED, receipt).into_response(),
        Ok(Placed::Later) => StatusCode::ACCEPTED.into_response(),
        Err(ClientError::Rejected(rejection)) => rejection.into_response(),
        Err(ClientError::Status { status, .. }) if status.is_client_error() => {
            status.into_response()
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}
