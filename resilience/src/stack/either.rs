//! A layer that is there or not, as only run time knows.

use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

pin_project! {
    /// The guarded call, or what it would guard.
    #[project = EitherProject]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub enum Either<G, F> {
        /// The layer is there.
        Guarded {
            #[pin]
            guarded: G,
        },
        /// It isn't.
        Bare {
            #[pin]
            inner: F,
        },
    }
}

/// Puts `guard` around `inner` if there is a policy.
#[inline]
pub fn either<'p, P, F, G>(
    policy: Option<&'p P>,
    inner: F,
    guard: impl FnOnce(&'p P, F) -> G,
) -> Either<G, F> {
    match policy {
        Some(policy) => Either::Guarded { guarded: guard(policy, inner) },
        None => Either::Bare { inner },
    }
}

impl<G: Future, F: Future<Output = G::Output>> Future for Either<G, F> {
    type Output = G::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<G::Output> {
        match self.project() {
            EitherProject::Guarded { guarded } => guarded.poll(cx),
            EitherProject::Bare { inner } => inner.poll(cx),
        }
    }
}
