//! Long answers, piece by piece: no matter how many policies there are, a piece holds the runtime's thread for well
//! under a millisecond, and the answer is never in memory as a whole.
//!
//! Not on a thread for blocking work: when those are all taken, somebody will want to look in.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use ::axum::body::{Body, Bytes};
use futures_core::Stream;

/// So many bytes, and what one more part adds, are a piece.
const PIECE: usize = 64 * 1024;

/// What the parts make together. An answer of one piece has a length.
pub(super) fn body(mut parts: impl Iterator<Item = Vec<u8>> + Send + Unpin + 'static) -> Body {
    let Some(first) = piece(&mut parts) else { return Body::empty() };
    if first.len() < PIECE {
        return first.into();
    }
    Body::from_stream(Pieces { first: Some(first), parts, rested: false })
}

fn piece(parts: &mut impl Iterator<Item = Vec<u8>>) -> Option<Bytes> {
    let mut piece = parts.next()?;
    while piece.len() < PIECE
        && let Some(part) = parts.next()
    {
        piece.extend_from_slice(&part);
    }
    Some(piece.into())
}

struct Pieces<I> {
    first: Option<Bytes>,
    parts: I,
    rested: bool,
}

impl<I: Iterator<Item = Vec<u8>> + Unpin> Stream for Pieces<I> {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        self.rested = !self.rested;
        if self.rested {
            // It is others' turn.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(piece(&mut self.parts).map(Ok))
    }
}
