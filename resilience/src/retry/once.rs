//! What a pipeline without a retry has in its place: one attempt, and that is all.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::attempts::{Attempts, begin};
use super::future::{Trying, attempt};
use super::{Retry, RetryConfig};
use crate::pipeline::Maybe;

static ONCE: Retry = Retry::new("once", RetryConfig::new().attempts(1));

/// Starts a call that is tried again only if there is a retry.
#[inline]
#[must_use]
pub fn begin_if(retry: Option<&Retry>) -> Attempts<'_> {
    begin(retry.unwrap_or(&ONCE))
}

pin_project! {
    /// What runs without being an attempt.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Once<'r, F> {
        attempts: Attempts<'r>,
        #[pin]
        inner: F,
    }
}

/// Runs `inner` as the current attempt only if there is a retry: without one it belongs to an attempt further out.
#[inline]
pub fn attempt_if<'r, F: Future>(
    retry: Option<&Retry>,
    attempts: Attempts<'r>,
    inner: F,
) -> Maybe<Trying<'r, F>, Once<'r, F>> {
    match retry {
        Some(_) => Maybe::Guarded { guarded: attempt(attempts, inner) },
        None => Maybe::Bare { inner: Once { attempts, inner } },
    }
}

impl<'r, F: Future> Future for Once<'r, F> {
    type Output = (Attempts<'r>, F::Output);

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.inner.poll(cx).map(|outcome| (*this.attempts, outcome))
    }
}
