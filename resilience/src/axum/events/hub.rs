//! The one listener: it moves events from the registry's broadcast to the ring, for all readers.
//!
//! It exists while there are readers, and a minute longer, so that one that reconnects finds what it missed. A call
//! that emits an event wakes at most this one task, and once per [`PAUSE`].

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use futures_core::Stream;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::ring::Ring;
use crate::registry::registry;
use crate::stack::event::Events;

/// Between two rounds. Events come together meanwhile, instead of waking the hub one by one.
const PAUSE: Duration = Duration::from_millis(10);
/// How long the hub outlives its last reader.
const LINGER: Duration = Duration::from_secs(60);

pub(super) static RING: Ring = Ring::new();

/// Changes when there is news; its sender is gone when the hub is.
pub(super) type News = watch::Receiver<()>;

static HUB: Mutex<Option<News>> = Mutex::new(None);

/// Joins the hub; it begins to listen if it did not.
pub(super) fn join() -> News {
    let mut hub = HUB.lock();
    match &*hub {
        Some(news) if news.has_changed().is_ok() => news.clone(),
        _ => hub.insert(start()).clone(),
    }
}

/// Subscribed at once: a reader that has joined misses nothing.
fn start() -> News {
    let (sender, news) = watch::channel(());
    tokio::spawn(run(sender, registry().events()));
    news
}

async fn run(news: watch::Sender<()>, mut events: Events) {
    let mut last_needed = Instant::now();
    loop {
        if timeout(LINGER, move_all(&mut events)).await.is_ok() {
            news.send_replace(());
        }
        // One receiver is the hub's own.
        if news.receiver_count() > 1 {
            last_needed = Instant::now();
        } else if last_needed.elapsed() >= LINGER && is_left(&news) {
            return;
        }
        sleep(PAUSE).await;
    }
}

/// Under the lock that new readers take.
fn is_left(news: &watch::Sender<()>) -> bool {
    let mut hub = HUB.lock();
    let left = news.receiver_count() <= 1;
    if left {
        *hub = None;
    }
    left
}

/// Waits for an event, and takes it and all that are there.
async fn move_all(events: &mut Events) {
    let mut moved = false;
    poll_fn(|cx| {
        while let Poll::Ready(Some(event)) = Pin::new(&mut *events).poll_next(cx) {
            RING.push(event);
            moved = true;
        }
        if moved { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}
