//! A request that is being built.

use std::fmt::Display;

use ::reqwest::{Body, Response};

use super::sending::{GuardedHttp, is_idempotent};
use crate::error::Error;
use crate::grammar::IntoDuration;

/// A request to be [sent](Self::send) by a guarded [`Client`](super::Client).
#[must_use = "a request does nothing until it is sent"]
#[derive(Debug)]
pub struct RequestBuilder {
    http: GuardedHttp,
    request: ::reqwest::RequestBuilder,
    is_idempotent: bool,
}

impl RequestBuilder {
    pub(super) fn new(http: GuardedHttp, request: ::reqwest::RequestBuilder) -> Self {
        Self { http, request, is_idempotent: false }
    }

    /// Adds a header. A name or value that can't be one is the error of [`send`](Self::send).
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.with(|request| request.header(name, value.as_ref()))
    }

    /// `Authorization: Bearer …`
    pub fn bearer_auth(self, token: impl Display) -> Self {
        self.with(|request| request.bearer_auth(token))
    }

    /// The body.
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.with(|request| request.body(body))
    }

    /// Everything else that reqwest's builder can do, by the features that reqwest has.
    ///
    /// ```no_run
    /// # async fn search() -> Result<(), resilience::Error<reqwest::Error>> {
    /// # let http = resilience::reqwest::Client::new();
    /// let found = http.post("http://search/").with(|request| request.json(&["crab"])).send().await?;
    /// # Ok(()) }
    /// ```
    pub fn with(
        self,
        f: impl FnOnce(::reqwest::RequestBuilder) -> ::reqwest::RequestBuilder,
    ) -> Self {
        Self { request: f(self.request), ..self }
    }

    /// The limit of all attempts together (default: 30 s), and of the body that follows (default: none): a `Duration`, or
    /// text like `"2s"`.
    ///
    /// # Panics
    ///
    /// When the text is no duration.
    #[track_caller]
    pub fn timeout(self, limit: impl IntoDuration) -> Self {
        let limit = limit.into_duration();
        self.with(|request| request.timeout(limit))
    }

    /// Says that the server does this once, however often it comes: because it knows `idempotency-key`, say. A POST or
    /// PATCH is then repeated as a PUT is.
    pub fn idempotent(self) -> Self {
        Self { is_idempotent: true, ..self }
    }

    /// Sends it.
    ///
    /// # Errors
    ///
    /// As [`Client::execute`](super::Client::execute); [`Error::Inner`] also when the request can't be built.
    ///
    /// **Cancellation:** dropping the future drops the attempt that runs; the server may have begun.
    pub async fn send(self) -> Result<Response, Error<::reqwest::Error>> {
        let request = self.request.build()?;
        let may_repeat = self.is_idempotent || is_idempotent(&request);
        self.http.send(request, may_repeat).await
    }
}
