//! The client: requests to be built.

use ::reqwest::{IntoUrl, Method, Request, Response};

use super::policies::Policies;
use super::request::RequestBuilder;
use super::sending::{GuardedHttp, is_idempotent};
use crate::error::Error;

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
    guarded: GuardedHttp,
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
        let http = ::reqwest::Client::new();
        Self { guarded: GuardedHttp { http, policies: Policies::named(name) } }
    }

    /// The same policies around a client that you have built: with its own TLS, proxies and connection limits.
    ///
    /// ```
    /// let http = reqwest::Client::builder().user_agent("shop").build().unwrap();
    /// let http = resilience::reqwest::Client::named("payments").with(http);
    /// ```
    #[must_use]
    pub fn with(self, http: ::reqwest::Client) -> Self {
        Self { guarded: GuardedHttp { http, ..self.guarded } }
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
        RequestBuilder::new(self.guarded.clone(), self.guarded.http.request(method, url))
    }

    /// Sends a request through all policies. Its own `timeout`, if it has one, is that of all attempts
    /// and of the body that follows.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] when a policy rejects it or its time ends, [`Error::Inner`] when no attempt has an answer. An
    /// answer of any status is a response.
    pub async fn execute(&self, request: Request) -> Result<Response, Error<::reqwest::Error>> {
        let may_repeat = is_idempotent(&request);
        self.guarded.send(request, may_repeat).await
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}
