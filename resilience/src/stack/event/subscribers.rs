//! Subscribers read from a bounded ring, and are told how much they missed. Without them an event costs one load.

use std::fmt::{self, Debug};
use std::pin::Pin;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::sync::broadcast::{self, error::RecvError};

use super::Event;

/// How many events a listener may fall behind.
const CAPACITY: usize = 1024;

static LISTENERS: AtomicUsize = AtomicUsize::new(0);
static EVENTS: LazyLock<broadcast::Sender<Event>> =
    LazyLock::new(|| broadcast::Sender::new(CAPACITY));

#[inline]
pub(super) fn are_listening() -> bool {
    LISTENERS.load(Ordering::Relaxed) > 0
}

#[inline]
pub(super) fn broadcast(event: impl FnOnce() -> Event) {
    if are_listening() {
        let event = event();
        #[cfg(feature = "test-util")]
        crate::stack::recorder::record(&event);
        // Without a receiver left the event goes nowhere.
        let _ = EVENTS.send(event);
    }
}

/// Everything that happens from now on, as a [`Stream`]. See [`Registry::events`](crate::Registry::events).
#[must_use = "streams do nothing unless polled"]
pub struct Events {
    next: Pin<Box<dyn Future<Output = Next> + Send>>,
    _listening: Listening,
}

type Next = (Result<Event, RecvError>, broadcast::Receiver<Event>);

impl Events {
    pub(crate) fn subscribe() -> Self {
        let listening = Listening::start();
        Self { next: Box::pin(receive(EVENTS.subscribe())), _listening: listening }
    }
}

async fn receive(mut from: broadcast::Receiver<Event>) -> Next {
    (from.recv().await, from)
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        let (event, receiver) = ready!(self.next.as_mut().poll(cx));
        self.next = Box::pin(receive(receiver));
        Poll::Ready(match event {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(events)) => Some(Event::Missed { events }),
            Err(RecvError::Closed) => None,
        })
    }
}

impl Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

/// Counted while it lives, so that events without readers cost nothing.
#[derive(Debug)]
pub(in crate::stack) struct Listening;

impl Listening {
    pub(in crate::stack) fn start() -> Self {
        LISTENERS.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        LISTENERS.fetch_sub(1, Ordering::Relaxed);
    }
}
