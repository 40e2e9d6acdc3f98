//! What is asked for, and why there may be none.

use std::error::Error;
use std::fmt;

use resilience::Rejection;
use serde::{Deserialize, Serialize};

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) avatar: Option<String>,
    pub(crate) source: Source,
}

/// Who answered. Callers that must not act on old or made-up facts look at this.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    Database,
    Cache,
    /// The cache, though the entry is older than it should be.
    StaleCache,
    Replica,
    Default,
}

impl User {
    pub(crate) fn unknown(id: i64) -> Self {
        Self { id, name: "unknown".to_owned(), avatar: None, source: Source::Default }
    }
}

#[derive(Debug)]
pub(crate) enum UserError {
    /// There is no such user: an answer, not a failure.
    NotFound,
    /// A dependency failed.
    Failed(&'static str, BoxError),
    /// A policy rejected the call, or it timed out.
    Rejected(Rejection),
}

impl UserError {
    /// `.map_err(UserError::of("database"))`
    pub(crate) fn of<E: Into<BoxError>>(dependency: &'static str) -> impl Fn(E) -> Self {
        move |cause| Self::Failed(dependency, cause.into())
    }

    /// Whether another attempt, or another source, may fare better.
    pub(crate) fn is_outage(&self) -> bool {
        !matches!(self, Self::NotFound)
    }
}

impl From<Rejection> for UserError {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl fmt::Display for UserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no such user"),
            Self::Failed(dependency, cause) => write!(f, "the {dependency} failed: {cause}"),
            Self::Rejected(rejection) => rejection.fmt(f),
        }
    }
}

impl Error for UserError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotFound => None,
            Self::Failed(_, cause) => Some(&**cause),
            Self::Rejected(rejection) => Some(rejection),
        }
    }
}
