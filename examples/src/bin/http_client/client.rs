//! The client: what reqwest guards by itself, what the attributes add, what the server is told.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use reqwest::{Response, StatusCode, header};
use resilience::{
    CircuitBreaker, Rejection, RetryEvent, attempt, bulkhead, call_id, circuit_breaker, fallback,
    retry, timeout, wire,
};

use crate::outbox::Outbox;

pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// One for the host, whatever functions call it.
#[circuit_breaker(name = "orders", consecutive_failures = 8, open_for = "1s")]
static BREAKER: CircuitBreaker;

/// What is to be done once, no matter which task repeats it, or when.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) name: String,
    /// Drawn once, so that the outbox's repeats are known as such. A client without an outbox needs
    /// no such field: `call_id()` is the same for all attempts of one guarded call.
    key: String,
}

impl Order {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), key: call_id().to_string() }
    }
}

/// What became of an order.
pub(crate) enum Placed {
    /// Done; what the server says.
    Now(String),
    /// Taken in, and sent when the server is back.
    Later,
}

/// Where orders are placed.
pub(crate) struct Orders {
    http: reqwest::Client,
    url: String,
    pub(crate) outbox: Outbox,
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
        Ok(Self { http, url, outbox: Outbox::default() })
    }

    /// Places it now, or takes it in to be sent later. Only an answer that says "no" is an error.
    #[fallback(self.outbox.take_in(order), when_err = ClientError::is_outage)]
    pub(crate) async fn place(&self, order: &Order) -> Result<Placed, ClientError> {
        self.send(order).await.map(Placed::Now)
    }

    /// Outermost first: sixteen at once, the others wait a moment; at most 2 s in all; up to four
    /// attempts, none against an open circuit; each is counted by the breaker and takes at most
    /// 400 ms.
    #[bulkhead(name = "orders", max_concurrent = 16, max_wait = "100ms")]
    #[timeout("2s")]
    #[retry(
        name = "orders",
        attempts = 4,
        delay = "20ms",
        budget = 0.2,
        when_err = ClientError::is_transient,
        retry_after = ClientError::retry_after,
        on_retry = tell
    )]
    #[circuit_breaker(BREAKER, when_err = ClientError::is_transient)]
    #[timeout("400ms")]
    pub(crate) async fn send(&self, order: &Order) -> Result<String, ClientError> {
        let url = format!("{}/orders/{}", self.url, order.name);
        let request =
            told().fold(self.http.post(url), |request, (name, value)| request.header(name, value));
        let request = request.header(IDEMPOTENCY_KEY, &order.key);
        let receipt = good(request.send().await?)?.text().await?;
        Ok(format!("{receipt} in attempt {}", attempt()))
    }
}

/// The time that is left of this attempt, and its number. An order has a key of its own.
fn told() -> impl Iterator<Item = (&'static str, String)> {
    wire::headers().filter(|(name, _)| *name != IDEMPOTENCY_KEY)
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
    /// A policy rejected the call, or it timed out.
    Rejected(Rejection),
    /// There is no room for an order that can't be placed now.
    OutboxFull,
}

impl ClientError {
    /// Whether it says something about the server's health rather than about this one request.
    fn is_transient(&self) -> bool {
        match self {
            Self::Http(error) => !error.is_builder(),
            Self::Status { status, .. } => status.is_server_error(),
            // A rejection by another function's policies; those of this function are judged by `when_rejected`.
            Self::Rejected(_) | Self::OutboxFull => false,
        }
    }

    /// Whether the same request may fare better later.
    pub(crate) fn is_outage(&self) -> bool {
        self.is_transient() || matches!(self, Self::Rejected(_))
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::Http(_) | Self::Rejected(_) | Self::OutboxFull => None,
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
            Self::OutboxFull => f.write_str("the outbox is full"),
        }
    }
}

impl Error for ClientError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Http(error) => Some(error),
            Self::Status { .. } | Self::OutboxFull => None,
            Self::Rejected(rejection) => Some(rejection),
        }
    }
}

#[cfg(test)]
mod tests {
    use resilience::CircuitState;
    use resilience::test::exclusive;

    use super::*;

    const SEND: &str = "http_client::client::send";

    fn orders() -> Orders {
        Orders::new("http://orders.invalid".into()).unwrap()
    }

    fn unavailable() -> ClientError {
        ClientError::Status {
            status: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: Some(Duration::from_secs(1)),
        }
    }

    #[tokio::test]
    async fn an_order_that_cannot_be_placed_waits_in_the_outbox() {
        let test = exclusive().await;
        test.fail_with(SEND, unavailable);
        let orders = orders();
        assert!(matches!(orders.place(&Order::new("tea")).await, Ok(Placed::Later)));
        assert_eq!(orders.outbox.len(), 1);
        // Two pauses of a second, as the server asks, are more than the two seconds that a call may take.
        assert_eq!(test.events_of("orders"), ["retried 1"]);
        test.assert_no_sleep();
    }

    #[tokio::test]
    async fn an_answer_that_says_no_is_no_outage() {
        let test = exclusive().await;
        test.fail_with(SEND, || ClientError::Status {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            retry_after: None,
        });
        let orders = orders();
        for _ in 0..10 {
            assert!(orders.place(&Order::new("tea")).await.is_err());
        }
        assert_eq!(orders.outbox.len(), 0);
        assert_eq!(test.breaker("orders").state(), CircuitState::Closed);
    }

    #[tokio::test]
    async fn a_server_that_hangs_costs_an_attempt_its_400_ms() {
        let test = exclusive().await;
        test.delay(SEND, "10s");
        let start = tokio::time::Instant::now();
        assert!(orders().send(&Order::new("tea")).await.is_err());
        assert!(start.elapsed() <= Duration::from_secs(2), "{:?}", start.elapsed());
        assert!(test.breaker("orders").totals().failures >= 3);
    }
}
