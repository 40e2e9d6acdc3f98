//! The client: what reqwest guards by itself, what the attributes add, what the server is told.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use reqwest::{Response, StatusCode, header};
use resilience::{
    CircuitBreaker, Rejection, RetryEvent, attempt, call_id, circuit_breaker, remaining, retry,
    timeout,
};

pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The milliseconds that the caller still waits for an answer. A span, not a point in time: the
/// two clocks need not agree.
pub(crate) const TIME_LEFT: &str = "x-time-left-ms";

/// Where nothing else is said.
const PATIENCE: Duration = Duration::from_secs(30);
const TRAVEL: Duration = Duration::from_millis(100);

/// One for the host, whatever functions call it.
#[circuit_breaker(name = "orders", consecutive_failures = 5, open_for = "1s")]
pub(crate) static BREAKER: CircuitBreaker;

/// Where orders are placed.
pub(crate) struct Orders {
    http: reqwest::Client,
    url: String,
}

impl Orders {
    /// The time limits here are about connections, which the attributes can't see: how long one may
    /// take to come about, and how long it may be silent, in whatever call.
    pub(crate) fn new(url: String) -> reqwest::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_millis(500))
            .read_timeout(Duration::from_secs(2))
            .pool_max_idle_per_host(16)
            .pool_idle_timeout(Duration::from_secs(30))
            .no_proxy() // The upstream is on loopback.
            .build()?;
        Ok(Self { http, url })
    }

    /// Outermost first: at most 5 s in all; up to four attempts, none against an open circuit;
    /// each is counted by the breaker and takes at most 600 ms.
    #[timeout("5s")]
    #[retry(
        attempts = 4,
        delay = "20ms",
        budget = 0.2,
        when_err = ClientError::is_transient,
        retry_after = ClientError::retry_after,
        on_retry = tell
    )]
    #[circuit_breaker(BREAKER, when_err = ClientError::is_transient)]
    #[timeout("600ms")]
    pub(crate) async fn place(&self, order: &str) -> Result<String, ClientError> {
        let request = self
            .http
            .post(format!("{}/orders/{order}", self.url))
            .header(IDEMPOTENCY_KEY, call_id().to_string())
            .header(TIME_LEFT, time_left().as_millis().to_string());
        let receipt = good(request.send().await?)?.text().await?;
        Ok(format!("{receipt} in attempt {}", attempt()))
    }
}

/// What is left of this attempt, less the way there and back.
fn time_left() -> Duration {
    remaining().unwrap_or(PATIENCE).saturating_sub(TRAVEL)
}

fn tell(retry: &RetryEvent) {
    println!("         attempt {} failed, the next one in {:.0?}", retry.attempt, retry.delay);
}

/// Any status but a good one is an error, together with what it says about another attempt.
fn good(response: Response) -> Result<Response, ClientError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    // The other form, a date, is for caches and crawlers; who sends it gets our own back-off.
    let seconds = response.headers().get(header::RETRY_AFTER).and_then(|it| it.to_str().ok());
    let retry_after = seconds.and_then(|it| it.parse().ok()).map(Duration::from_secs);
    Err(ClientError::Status { status, retry_after })
}

#[derive(Debug)]
pub(crate) enum ClientError {
    /// No connection, or none that lasted.
    Http(reqwest::Error),
    /// An answer, but no good one.
    Status { status: StatusCode, retry_after: Option<Duration> },
    /// A policy refused the call or cut it off.
    Rejected(Rejection),
}

impl ClientError {
    /// Whether it says something about the server's health rather than about this one request.
    fn is_transient(&self) -> bool {
        match self {
            Self::Http(error) => !error.is_builder(),
            Self::Status { status, .. } => status.is_server_error(),
            // A refusal from another function's policies; those of this one are `when_rejected`'s.
            Self::Rejected(_) => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Http(_) | Self::Rejected(_) => None,
        }
    }
}

impl From<Rejection> for ClientError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<reqwest::Error> for ClientError {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error)
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(error) => error.fmt(f),
            Self::Status { status, .. } => write!(f, "the server says {status}"),
            Self::Rejected(rejection) => rejection.fmt(f),
        }
    }
}

impl Error for ClientError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Http(error) => Some(error),
            Self::Status { .. } => None,
            Self::Rejected(rejection) => Some(rejection),
        }
    }
}
