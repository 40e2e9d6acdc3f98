//! What a pipeline without a retry has in its place: one attempt, and that is all.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::attempts::{Attempts, Tried};
use super::future::{Trying, attempt};
use super::{Retry, RetryConfig};
use crate::stack::Either;

static ONCE: Retry = Retry::new("once", RetryConfig::new().attempts(1));

/// The retry of a call that is tried again only if there is one.
#[inline]
#[must_use]
pub fn or_once(retry: Option<&Retry>) -> &Retry {
    retry.unwrap_or(&ONCE)
}

pin_project! {
    /// What runs without being an attempt.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Once<F> {
        attempts: Attempts,
        #[pin]
        inner: F,
    }
}

/// Runs `inner` as the current attempt only if there is a retry: without one it belongs to an attempt further out.
#[inline]
pub fn attempt_if<F: Future>(
    retry: Option<&Retry>,
    attempts: Attempts,
    inner: F,
) -> Either<Trying<F>, Once<F>> {
    match retry {
        Some(_) => Either::Guarded { guarded: attempt(attempts, inner) },
        None => Either::Bare { inner: Once { attempts, inner } },
    }
}

impl<F: Future> Future for Once<F> {
    type Output = Tried<F::Output>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.inner.poll(cx).map(|outcome| Tried { attempts: *this.attempts, outcome })
    }
}
