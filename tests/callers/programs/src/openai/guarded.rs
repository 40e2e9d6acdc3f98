//! With guards: the choke point has one attribute, and the error says what it means.

use std::time::Duration;

use reqwest::{Request, StatusCode, header};
use resilience::{Class, Classify, Rejection, resilient};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::{ApiError, Completion, Models, Question};

/// Why a request has no answer.
#[derive(Debug, Error)]
pub enum OpenAiError {
    /// No response.
    #[error("http error: {0}")]
    Http(#[from] reqwest::Error),
    /// A response that tells an error.
    #[error("{status}: {}", .error.message)]
    Api {
        /// Its status.
        status: StatusCode,
        /// What it tells.
        error: ApiError,
        /// When to come again.
        retry_after: Option<Duration>,
    },
    /// A response that is none of the API's.
    #[error("the response makes no sense: {0}")]
    Json(#[from] serde_json::Error),
    /// A policy let no attempt through.
    #[error("{0}")]
    Rejected(#[from] Rejection),
}

impl Classify for OpenAiError {
    fn class(&self) -> Class {
        match self {
            Self::Http(error) => error.class(),
            Self::Api { status, .. } => status.class(),
            Self::Json(_) => Class::Permanent,
            Self::Rejected(rejection) => rejection.class(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        if let Self::Api { retry_after, .. } = self { *retry_after } else { None }
    }
}

/// The API at one address.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
}

impl Client {
    /// At that address.
    #[must_use]
    pub fn new(base: String) -> Self {
        Self { http: reqwest::Client::new(), base }
    }

    /// The models there are.
    ///
    /// # Errors
    ///
    /// When the API tells none.
    pub async fn models(&self) -> Result<Models, OpenAiError> {
        self.get("/models").await
    }

    /// Asks a model.
    ///
    /// # Errors
    ///
    /// When it says nothing.
    pub async fn complete(&self, question: &Question) -> Result<Completion, OpenAiError> {
        self.post("/completions", question).await
    }

    async fn get<O: DeserializeOwned>(&self, path: &str) -> Result<O, OpenAiError> {
        let url = format!("{}{path}", self.base);
        self.execute(async || Ok(self.http.get(&url).build()?)).await
    }

    async fn post<I, O>(&self, path: &str, input: &I) -> Result<O, OpenAiError>
    where
        I: Serialize + Sync,
        O: DeserializeOwned,
    {
        let url = format!("{}{path}", self.base);
        self.execute(async || Ok(self.http.post(&url).json(input).build()?)).await
    }

    #[resilient(retry(attempts = 6, delay = "50ms", max_delay = "1s"))]
    async fn execute<O, M>(&self, make: M) -> Result<O, OpenAiError>
    where
        O: DeserializeOwned,
        M: AsyncFn() -> Result<Request, OpenAiError>,
    {
        let bytes = self.send(make().await?).await?;
        Ok(serde_json::from_slice(&bytes)?)
    }

    async fn send(&self, request: Request) -> Result<bytes::Bytes, OpenAiError> {
        let response = self.http.execute(request).await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response.bytes().await?);
        }
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
        let retry_after = retry_after.map(Duration::from_secs);
        let error = serde_json::from_slice(&response.bytes().await?)?;
        Err(OpenAiError::Api { status, error, retry_after })
    }
}
