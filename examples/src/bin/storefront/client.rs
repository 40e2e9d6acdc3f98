//! The shop's client of the payment provider: the same call with the four attributes, and without.

use std::error::Error;
use std::fmt;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use resilience::{Rejection, bulkhead, call_id, circuit_breaker, retry, timeout};

pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Where payments are made.
#[derive(Clone, Debug)]
pub(crate) struct Payments {
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
}

impl Payments {
    /// The first attribute is the outermost: each attempt asks the breaker, has its own time limit
    /// and takes a slot.
    #[retry(
        name = "payments",
        attempts = 3,
        delay = "20ms",
        budget = 0.2,
        when_err = PaymentError::is_transient
    )]
    #[circuit_breaker(name = "payments", window = 20, min_calls = 10, open_for = "500ms")]
    #[timeout("300ms", name = "payments")]
    #[bulkhead(name = "payments", max_concurrent = 20)]
    pub(crate) async fn charge(&self, order: u32) -> Result<String, PaymentError> {
        self.request(order).await
    }

    pub(crate) async fn charge_unprotected(&self, order: u32) -> Result<String, PaymentError> {
        self.request(order).await
    }

    /// All attempts of one call carry one key, so that no shopper pays twice.
    async fn request(&self, order: u32) -> Result<String, PaymentError> {
        let url = format!("{}/charges/{order}", self.url);
        let request = self.http.post(url).header(IDEMPOTENCY_KEY, call_id().to_string());
        let response = request.send().await?.error_for_status()?;
        Ok(response.text().await?)
    }
}

#[derive(Debug)]
pub(crate) enum PaymentError {
    /// The provider failed, or could not be reached.
    Provider(reqwest::Error),
    /// A policy rejected the call, or it timed out.
    Rejected(Rejection),
}

impl PaymentError {
    /// Whether another attempt may fare better: not when the request itself is at fault.
    fn is_transient(&self) -> bool {
        match self {
            Self::Provider(error) => error.status().is_none_or(|status| status.is_server_error()),
            Self::Rejected(_) => false,
        }
    }
}

impl From<Rejection> for PaymentError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<reqwest::Error> for PaymentError {
    fn from(error: reqwest::Error) -> Self {
        Self::Provider(error)
    }
}

impl fmt::Display for PaymentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(error) => write!(f, "payment failed: {error}"),
            Self::Rejected(rejection) => write!(f, "payment not possible now: {rejection}"),
        }
    }
}

impl Error for PaymentError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Provider(error) => Some(error),
            Self::Rejected(rejection) => Some(rejection),
        }
    }
}

impl IntoResponse for PaymentError {
    fn into_response(self) -> Response {
        match self {
            Self::Provider(_) => (StatusCode::BAD_GATEWAY, format!("{self}\n")).into_response(),
            Self::Rejected(rejection) => rejection.into_response(),
        }
    }
}
