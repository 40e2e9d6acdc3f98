//! A body that stays where its function keeps it, while the layers around it hold a reference.
//!
//! The layers of a stack then move without the body, and what the compiler has to look through to learn a call's layout
//! and whether it is `Send` grows with the bodies alone, not with the layers around them.

use std::pin::Pin;
use std::task::{Context, Poll};

/// A body at its place. Dropped by the layer around it, it drops the body there and then.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Pinned<'s, F> {
    slot: Pin<&'s mut Option<F>>,
}

/// A place for a body, to be pinned.
#[inline]
pub const fn slot<F: Future>(body: F) -> Option<F> {
    Some(body)
}

/// Lends a body to the layers around it.
#[inline]
pub const fn pinned<F: Future>(slot: Pin<&mut Option<F>>) -> Pinned<'_, F> {
    Pinned { slot }
}

impl<F: Future> Future for Pinned<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.slot.as_mut().as_pin_mut().expect("a body is dropped with its `Pinned`").poll(cx)
    }
}

impl<F> Drop for Pinned<'_, F> {
    #[inline]
    fn drop(&mut self) {
        self.slot.set(None);
    }
}
