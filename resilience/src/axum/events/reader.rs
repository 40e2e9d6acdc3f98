//! One client's way through the ring: its own pace, a bounded buffer, a note of what it lost.

use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ::axum::body::Bytes;
use futures_core::Stream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, sleep, timeout_at};

use super::filter::EventFilter;
use super::frame;
use super::hub::{self, News, RING};
use crate::axum::access::Audience;
use crate::axum::shutdown::Shutdown;

/// Proxies drop connections that are silent for half a minute.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Between two readings of the ring. People don't see the difference, and many readers stay cheap.
const PACE: Duration = Duration::from_millis(100);
/// How many events are taken at once: with [`PACE`], a reader gets 1,000 a second, and learns how many it lost.
const MOST: usize = 100;
/// So many bytes, and what one more event adds, are held back for a client that reads slowly.
const BUFFER: usize = 64 * 1024;
/// How long a browser waits before it reconnects.
const GREETING: &str = "retry: 1000\n\n";

/// The body of a response.
pub(super) struct Reader(Pin<Box<dyn Future<Output = Option<Step>> + Send>>);

/// What to send, and where the reader stands then.
type Step = (Bytes, Place);

/// Where a reader stands.
struct Place {
    news: News,
    filter: EventFilter,
    audience: Audience,
    shutdown: Shutdown,
    next: u64,
    silent_since: Instant,
    _permit: OwnedSemaphorePermit,
}

enum Woken {
    ByNews,
    BySilence,
    /// The hub's runtime has ended, ours has not.
    HubGone,
    Stopped,
}

impl Reader {
    pub(super) fn new(
        news: News,
        filter: EventFilter,
        audience: Audience,
        shutdown: Shutdown,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let (next, missed) = match filter.last_seen {
            Some(Ok(id)) => (id.0.saturating_add(1), false),
            Some(Err(())) => (RING.next(), true),
            None => (RING.next(), false),
        };
        let mut greeting = GREETING.as_bytes().to_vec();
        if missed {
            greeting.extend_from_slice(&frame::missed(None, next));
        }
        let silent_since = Instant::now();
        let place = Place { news, filter, audience, shutdown, next, silent_since, _permit: permit };
        Self(Box::pin(async { Some((greeting.into(), place)) }))
    }
}

impl Stream for Reader {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some((text, place)) = ready!(self.0.as_mut().poll(cx)) else {
            return Poll::Ready(None);
        };
        self.0 = Box::pin(async {
            sleep(PACE).await;
            place.advance().await
        });
        Poll::Ready(Some(Ok(text)))
    }
}

impl Place {
    async fn advance(mut self) -> Option<Step> {
        loop {
            let (mut text, more) = self.take();
            if text.is_empty() && !more {
                match self.wait().await {
                    Woken::ByNews => {}
                    Woken::BySilence => text = Bytes::from_static(b": still here\n\n"),
                    Woken::HubGone => text = self.rejoin(),
                    Woken::Stopped => return None,
                }
            }
            if !text.is_empty() {
                self.silent_since = Instant::now();
                return Some((text, self));
            }
            sleep(PACE).await;
        }
    }

    /// There was no listener for a while.
    fn rejoin(&mut self) -> Bytes {
        self.news = hub::join();
        self.next = RING.next();
        frame::missed(None, self.next)
    }

    /// What is new to this reader, and whether there may be more.
    fn take(&mut self) -> (Bytes, bool) {
        let news = RING.since(self.next, MOST);
        let mut text = Vec::new();
        if news.lost > 0 {
            text.extend_from_slice(&frame::missed(Some(news.lost), news.first));
        }
        self.next = news.first;
        for entry in &news.entries {
            if text.len() >= BUFFER {
                break;
            }
            if self.filter.includes(&entry.event) {
                text.extend_from_slice(entry.text(self.audience));
            }
            self.next = entry.id.0 + 1;
        }
        (text.into(), news.entries.len() == MOST)
    }

    async fn wait(&mut self) -> Woken {
        let mut news = pin!(timeout_at(self.silent_since + HEARTBEAT, self.news.changed()));
        let mut stop = pin!(self.shutdown.wait());
        poll_fn(|cx| match stop.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Woken::Stopped),
            Poll::Pending => news.as_mut().poll(cx).map(|woken| match woken {
                Ok(Ok(())) => Woken::ByNews,
                Ok(Err(_)) => Woken::HubGone,
                Err(_) => Woken::BySilence,
            }),
        })
        .await
    }
}
