//! What the answers of services say about themselves: HTTP responses by status and gRPC status, errors by what they are.

use std::any::{Any, type_name};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::http::{Response, StatusCode};
use ::http_body_util::combinators::{BoxBody, UnsyncBoxBody};
use ::http_body_util::{Empty, Full};
use ::hyper::body::{Bytes, Incoming};
use ::tower::BoxError;

use crate::class::{Class, Classify};
use crate::rejection::Rejection;
use crate::stack::inspect::{ErrorText, Inspector};

/// Believes the answers that it knows: the default of every layer that judges.
#[derive(Clone, Copy, Debug)]
pub struct KnownAnswers;

/// Believes every answer, and the errors that it knows: what `.classified()` puts into a layer.
#[derive(Clone, Copy, Debug)]
pub struct ClassifiedAnswers;

macro_rules! first_of {
    ($value:expr; $($(#[$condition:meta])? $known:ty,)*) => {
        $(
            $(#[$condition])?
            if let Some(known) = $value.downcast_ref::<$known>() {
                return Some(known);
            }
        )*
    };
}

/// A type parameter can't be asked whether it is some `Response<_>`: these are the bodies of servers, clients and tests.
fn known_answer(answer: &dyn Any) -> Option<&dyn Classify> {
    first_of! { answer;
        #[cfg(feature = "axum")] Response<::axum::body::Body>,
        #[cfg(feature = "tonic")] Response<::tonic::body::Body>,
        #[cfg(feature = "reqwest")] Response<::reqwest::Body>,
        #[cfg(feature = "reqwest")] ::reqwest::Response,
        Response<Incoming>,
        Response<BoxBody<Bytes, BoxError>>,
        Response<BoxBody<Bytes, ::hyper::Error>>,
        Response<BoxBody<Bytes, std::convert::Infallible>>,
        Response<BoxBody<Bytes, std::io::Error>>,
        Response<UnsyncBoxBody<Bytes, BoxError>>,
        Response<UnsyncBoxBody<Bytes, ::hyper::Error>>,
        Response<UnsyncBoxBody<Bytes, std::convert::Infallible>>,
        Response<UnsyncBoxBody<Bytes, std::io::Error>>,
        Response<Full<Bytes>>,
        Response<Empty<Bytes>>,
        Response<Bytes>,
        Response<Vec<u8>>,
        Response<String>,
        Response<&'static str>,
        Response<()>,
        StatusCode,
    }
    None
}

/// Errors that say what they mean. Any other one is transient.
fn known_error(error: &BoxError) -> Option<&dyn Classify> {
    let _ = error;
    first_of! { error;
        #[cfg(feature = "tonic")] ::tonic::Status,
        #[cfg(feature = "reqwest")] ::reqwest::Error,
    }
    None
}

fn error_class(error: &BoxError) -> Class {
    known_error(error).map_or(Class::Transient, Classify::class)
}

impl<T: 'static> Inspector<Result<T, BoxError>> for KnownAnswers {
    fn rejection(self, error: &BoxError) -> Option<&Rejection> {
        Rejection::find(&**error)
    }

    fn error_class(self, error: &BoxError) -> Class {
        error_class(error)
    }

    fn value_class(self, answer: &T) -> Option<Class> {
        let known = known_answer(answer);
        if known.is_none() && type_name::<T>().starts_with("http::response::Response<") {
            warn_of_unknown_body(type_name::<T>());
        }
        known.map(Classify::class)
    }

    fn hint(self, result: Result<&T, &BoxError>) -> Option<Duration> {
        match result {
            Ok(answer) => known_answer(answer)?.retry_after(),
            Err(error) => known_error(error)?.retry_after(),
        }
    }

    fn text(self, error: &BoxError) -> ErrorText<'_> {
        ErrorText::Shown(error)
    }
}

impl<T: Classify> Inspector<Result<T, BoxError>> for ClassifiedAnswers {
    fn rejection(self, error: &BoxError) -> Option<&Rejection> {
        Rejection::find(&**error)
    }

    fn error_class(self, error: &BoxError) -> Class {
        error_class(error)
    }

    fn value_class(self, answer: &T) -> Option<Class> {
        Some(answer.class())
    }

    fn hint(self, result: Result<&T, &BoxError>) -> Option<Duration> {
        match result {
            Ok(answer) => answer.retry_after(),
            Err(error) => known_error(error)?.retry_after(),
        }
    }

    fn text(self, error: &BoxError) -> ErrorText<'_> {
        ErrorText::Shown(error)
    }
}

/// Once in a process: a layer that judges nothing must not do so in silence.
#[cold]
fn warn_of_unknown_body(answer: &'static str) {
    static WARNED: AtomicBool = AtomicBool::new(false);
    if !WARNED.swap(true, Ordering::Relaxed) {
        tracing::warn!(
            target: "resilience::tower",
            answer,
            "responses with this body are not judged by their status: write `.layer().classified()`"
        );
    }
}
