//! A guarded HTTP client in one line, with defaults for HTTP.
//!
//! ```no_run
//! # async fn shop() -> Result<(), resilience::Error<reqwest::Error>> {
//! let http = resilience::reqwest::Client::new();
//! let user = http.get("http://users/7").send().await?.error_for_status()?.text().await?;
//! # Ok(()) }
//! ```
//!
//! # What guards a request
//!
//! Outermost first; all are listed by the [registry](crate::registry()) under the client's name, `http_client` unless it
//! is [named](Client::named), where a file of overrides reaches them, too.
//!
//! | policy | default |
//! |---|---|
//! | timeout `http_client` | 30 s for all attempts, or the request's own [`timeout`](RequestBuilder::timeout) |
//! | retry `http_client` | 3 attempts of requests that may be repeated, with a budget of 0.2; `Retry-After` is the least delay |
//! | circuit breaker `http_client` | one per scheme, host and port: half of the calls, or ten in a row |
//! | timeout `http_client.attempt` | 10 s for each attempt |
//!
//! Requests that may be repeated: GET, HEAD, OPTIONS, TRACE, PUT and DELETE, those that bring an `idempotency-key`, and
//! those that are said to be [`idempotent`](RequestBuilder::idempotent), if their body isn't a stream.
//!
//! Responses and errors are judged by their [`Classify`](crate::Classify): 503 is tried again and counts against its
//! host, 404 is an answer. Each attempt takes along what [`wire::headers`](crate::wire::headers) says: the time left,
//! its number, and for methods that aren't safe an `idempotency-key`.
//!
//! The limits end with the response's head, but a request's own `timeout` is that of its body, too.

mod client;
mod policies;
mod request;
mod sending;

pub use self::client::Client;
pub use self::request::RequestBuilder;
