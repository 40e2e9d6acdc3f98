//! How much is read in one go: however many policies there are, other tasks of the thread have their turn in between.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tokio::task::yield_now;

/// So many policies, or pieces of a map of keys, are read between two turns: well under a millisecond.
pub(crate) const PIECE: usize = 8;

/// Counts what is read.
pub(crate) struct Pace {
    yields: bool,
    left: usize,
}

impl Pace {
    /// For tasks: other tasks have their turn after each piece.
    #[cfg(any(feature = "axum", test))]
    pub(crate) const fn in_turns() -> Self {
        Self { yields: true, left: PIECE }
    }

    /// For callers that are synchronous.
    pub(crate) const fn at_once() -> Self {
        Self { yields: false, left: PIECE }
    }

    /// One more was read.
    pub(crate) async fn count(&mut self) {
        self.count_many(1).await;
    }

    /// So many more were read.
    pub(crate) async fn count_many(&mut self, items: usize) {
        self.left = self.left.saturating_sub(items);
        if self.left == 0 {
            self.left = PIECE;
            if self.yields {
                yield_now().await;
            }
        }
    }
}

/// The outcome of something that reads [`at_once`](Pace::at_once), and never waits.
pub(crate) fn now<O>(read: impl Future<Output = O>) -> O {
    match pin!(read).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => unreachable!("it doesn't yield"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(items: usize, mut pace: Pace) -> usize {
        for _ in 0..items {
            pace.count().await;
        }
        items
    }

    #[test]
    fn at_once_is_one_poll() {
        assert_eq!(now(read(10 * PIECE, Pace::at_once())), 10 * PIECE);
    }

    #[tokio::test]
    async fn in_turns_is_a_poll_per_piece() {
        let mut polls = 0;
        let mut reading = pin!(read(10 * PIECE, Pace::in_turns()));
        let polled = std::future::poll_fn(|cx| {
            polls += 1;
            reading.as_mut().poll(cx)
        });
        polled.await;
        assert_eq!(polls, 11);
    }
}
