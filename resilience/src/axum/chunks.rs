//! Long answers, chunk by chunk: no matter how many policies there are, a chunk holds the runtime's thread for well
//! under a millisecond, and the answer is never in memory as a whole.
//!
//! Not on a thread for blocking work: when those are all taken, operators will want to see why.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use ::axum::body::{Body, Bytes};
use ::axum::http::header;
use ::axum::response::{IntoResponse, Response};
use futures_core::Stream;

use super::json::{Part, Parts};
use crate::registry::pace::PIECE;

/// So many bytes, and what one more part adds, are a chunk; or so many policies and keys as are a [`PIECE`].
const CHUNK: usize = 8 * 1024;

pub(super) fn json(parts: Parts) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body(parts)).into_response()
}

/// What the parts make together. An answer of one chunk has a length.
pub(super) fn body(mut parts: impl Iterator<Item = Part> + Send + Unpin + 'static) -> Body {
    match chunk(&mut parts) {
        (first, false) => first.into(),
        (first, true) => Body::from_stream(Chunks { first: Some(first), parts, rested: false }),
    }
}

/// The next one, and whether there may be more.
fn chunk(parts: &mut impl Iterator<Item = Part>) -> (Bytes, bool) {
    let (mut text, mut items) = (Vec::new(), 0);
    while text.len() < CHUNK && items < PIECE {
        let Some(part) = parts.next() else { return (text.into(), false) };
        text.extend_from_slice(&part.text);
        items += part.items;
    }
    (text.into(), true)
}

struct Chunks<I> {
    first: Option<Bytes>,
    parts: I,
    rested: bool,
}

impl<I: Iterator<Item = Part> + Unpin> Stream for Chunks<I> {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(first) = self.first.take().filter(|first| !first.is_empty()) {
            return Poll::Ready(Some(Ok(first)));
        }
        self.rested = !self.rested;
        if self.rested {
            // Other tasks have their turn.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        match chunk(&mut self.parts) {
            (text, false) if text.is_empty() => Poll::Ready(None),
            // Much was read, and nothing is to be said yet.
            (text, true) if text.is_empty() => {
                self.rested = true;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            (text, _) => Poll::Ready(Some(Ok(text))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;

    /// Each poll reads a piece at most, text or no text.
    #[tokio::test]
    async fn a_poll_reads_a_bounded_number_of_items() {
        for text in ["", "some text"] {
            let read = Arc::new(AtomicUsize::new(0));
            let counter = Arc::clone(&read);
            let parts = (0..10 * PIECE).map(move |_| {
                counter.fetch_add(1, Relaxed);
                Part { items: 1, ..Part::text(text) }
            });
            let mut chunks = Chunks { first: None, parts, rested: false };
            let mut so_far = 0;
            std::future::poll_fn(|cx| {
                let polled = Pin::new(&mut chunks).poll_next(cx);
                assert!(read.load(Relaxed) - so_far <= PIECE);
                so_far = read.load(Relaxed);
                match polled {
                    Poll::Ready(Some(_)) => {
                        cx.waker().wake_by_ref();
                        Poll::Pending
                    }
                    Poll::Ready(None) => Poll::Ready(()),
                    Poll::Pending => Poll::Pending,
                }
            })
            .await;
            assert_eq!(read.load(Relaxed), 10 * PIECE);
        }
    }
}
