//! The client: requests to be built, and how they are sent.

use ::reqwest::{IntoUrl, Method, Request, Response};

use super::policies::Policies;
use super::request::RequestBuilder;
use crate::error::Error;
use crate::rejection::Rejection;
use crate::stack::body;
use crate::timeout::future::{guard, guard_after};
use crate::wire::{MARGIN, Outgoing};

/// An HTTP client whose requests are guarded: see [the module](crate::reqwest). A clone shares its connections.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// # let url = format!("http://{}", listener.local_addr()?);
/// # tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(async || "thanks")).await });
/// let http = resilience::reqwest::Client::new();
///
/// // Tried again while the server is unavailable.
/// let users = http.get(format!("{url}/users")).send().await?;
/// assert_eq!(users.status(), 200);
///
/// // A POST isn't, unless the server knows idempotency keys.
/// let order = http.post(format!("{url}/orders")).body("a book").idempotent().send().await?;
/// assert_eq!(order.text().await?, "thanks");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    http: ::reqwest::Client,
    policies: &'static Policies,
}

impl Client {
    const NAME: &'static str = "http_client";

    /// With the policies that all unnamed clients of the program share.
    ///
    /// # Panics
    ///
    /// As [`reqwest::Client::new`]: when the TLS backend can't be initialised.
    #[must_use]
    pub fn new() -> Self {
        Self::named(Self::NAME)
    }

    /// With policies of their own, which all clients of that name share.
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    #[must_use]
    pub fn named(name: &'static str) -> Self {
        Self { http: ::reqwest::Client::new(), policies: Policies::named(name) }
    }

    /// The same policies around a client that you have built: with its own TLS, proxies and connection limits.
    ///
    /// ```
    /// let http = reqwest::Client::builder().user_agent("shop").build().unwrap();
    /// let http = resilience::reqwest::Client::named("payments").with(http);
    /// ```
    #[must_use]
    pub fn with(self, http: ::reqwest::Client) -> Self {
        Self { http, ..self }
    }

    /// A GET request.
    pub fn get(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    /// A HEAD request.
    pub fn head(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::HEAD, url)
    }

    /// A POST request.
    pub fn post(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    /// A PUT request.
    pub fn put(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::PUT, url)
    }

    /// A PATCH request.
    pub fn patch(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::PATCH, url)
    }

    /// A DELETE request.
    pub fn delete(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::DELETE, url)
    }

    /// A request of any method.
    pub fn request(&self, method: Method, url: impl IntoUrl) -> RequestBuilder {
        RequestBuilder::new(self.clone(), self.http.request(method, url))
    }

    /// Sends a request through all policies. Its own `timeout`, if it has one, is that of all attempts.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] when a policy rejects it or its time ends, [`Error::Inner`] when no attempt has an answer. An
    /// answer of any status is a response.
    pub async fn execute(&self, request: Request) -> Result<Response, Error<::reqwest::Error>> {
        let may_repeat = is_idempotent(&request);
        self.send(request, may_repeat).await
    }

    pub(super) async fn send(
        &self,
        mut request: Request,
        may_repeat: bool,
    ) -> Result<Response, Error<::reqwest::Error>> {
        let Policies { total, retry, hosts, attempt, .. } = self.policies;
        let limit = request.timeout_mut().take();
        let host = request.url().origin().ascii_serialization();
        let mut requests = Requests::of(request, may_repeat);
        let may_repeat = requests.may_repeat();
        let mut once = || {
            let sent = attempt.guard(sent(&self.http, requests.next()));
            let breaker = hosts.get(&host);
            async move { breaker.classified().values_classified().guard(sent).await }
        };
        let all = async {
            if may_repeat {
                retry.classified().values_classified().guard(once).await
            } else {
                once().await
            }
        };
        let outcome = match limit {
            Some(limit) => guard_after(*total, limit, all).await,
            None => guard(*total, all).await,
        };
        match outcome {
            Ok(result) => result.map_err(Error::Inner),
            Err(rejection) => Err(Error::Rejected(rejection)),
        }
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

/// One attempt, with the facts that hold when it is sent.
async fn sent(
    http: &::reqwest::Client,
    mut request: Request,
) -> Result<Result<Response, ::reqwest::Error>, Rejection> {
    let method = request.method().clone();
    Outgoing::here(MARGIN).write(&method, request.headers_mut())?;
    body(http.execute(request)).await
}

pub(super) fn is_idempotent(request: &Request) -> bool {
    request.method().is_idempotent() || request.headers().contains_key("idempotency-key")
}

/// The request of each attempt.
enum Requests {
    Once(Option<Request>),
    Again(Request),
}

impl Requests {
    /// A body that is a stream can't be sent again.
    fn of(request: Request, may_repeat: bool) -> Self {
        match request.try_clone() {
            Some(again) if may_repeat => Self::Again(again),
            _ => Self::Once(Some(request)),
        }
    }

    fn may_repeat(&self) -> bool {
        matches!(self, Self::Again(_))
    }

    fn next(&mut self) -> Request {
        let next = match self {
            Self::Once(request) => request.take(),
            Self::Again(request) => request.try_clone(),
        };
        next.expect("a request that can't be cloned is sent once")
    }
}
