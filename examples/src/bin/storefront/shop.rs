//! The shop: two ways to check out, and the framework's health routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};

use crate::client::{PaymentError, Payments};
use crate::server::Closing;

pub(crate) const CHECKOUT: &str = "/checkout";
pub(crate) const CHECKOUT_UNPROTECTED: &str = "/unprotected/checkout";

const FRONT_PAGE: &str = "\
storefront

POST /checkout/{order}               pays through the guarded client function
POST /unprotected/checkout/{order}   pays through the bare one
GET  /health                         up, degraded or down
GET  /resilience                     every policy and what it did
GET  /resilience/dashboard           the same as a page, live
GET  /metrics                        the same for Prometheus
";

/// The shop and its providers: one for each way to check out, so that what reaches them can be
/// told apart.
pub(crate) struct Shop {
    pub(crate) guarded: Payments,
    pub(crate) bare: Payments,
}

/// The shop's routes; with a token its bearer may change policies. Open dashboards don't hold up the end.
pub(crate) fn app(shop: Shop, closing: Closing, token: Option<String>) -> Router {
    let mut routes = resilience::axum::router().with_shutdown_signal(closing.begun());
    if let Some(token) = token {
        routes = routes.admin(resilience::axum::bearer(token));
    }
    Router::new()
        .route("/", get(|| async { FRONT_PAGE }))
        .route(&format!("{CHECKOUT}/{{order}}"), post(checkout))
        .route(&format!("{CHECKOUT_UNPROTECTED}/{{order}}"), post(checkout_unprotected))
        .with_state(Arc::new(shop))
        .merge(routes)
}

async fn checkout(shop: State<Arc<Shop>>, Path(order): Path<u32>) -> Result<String, PaymentError> {
    thanks(shop.guarded.charge(order).await)
}

async fn checkout_unprotected(
    shop: State<Arc<Shop>>,
    Path(order): Path<u32>,
) -> Result<String, PaymentError> {
    thanks(shop.bare.charge_unprotected(order).await)
}

fn thanks(paid: Result<String, PaymentError>) -> Result<String, PaymentError> {
    paid.map(|receipt| format!("thank you: {receipt}\n"))
}
