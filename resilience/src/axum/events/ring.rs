//! The last events, by number. Readers take what they have not seen; events never wait for them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::SystemTime;

use ::axum::body::Bytes;
use parking_lot::Mutex;

use super::frame;
use crate::axum::access::Audience;
use crate::stack::event::Event;

/// How many events can be resumed from: a few hundred kilobytes.
pub(super) const CAPACITY: usize = 4096;

/// An event's number, from 0, and the run of the program that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id(pub(super) u64);

/// Tells this run of the program from earlier ones: numbers start anew.
static RUN: LazyLock<u64> = LazyLock::new(|| frame::unix_millis(SystemTime::now()));

impl Id {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (run, number) = text.split_once('-')?;
        (u64::from_str_radix(run, 16).ok()? == *RUN).then_some(Self(number.parse().ok()?))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{}", *RUN, self.0)
    }
}

/// One event. Its text is made when the first reader wants it, once for all that may see as much.
pub(super) struct Entry {
    pub(super) id: Id,
    pub(super) at: SystemTime,
    pub(super) event: Event,
    texts: [OnceLock<Bytes>; 2],
}

impl Entry {
    pub(super) fn text(&self, audience: Audience) -> &Bytes {
        self.texts[audience as usize].get_or_init(|| frame::of(self, audience))
    }
}

/// The events.
pub(super) struct Ring(Mutex<Inner>);

struct Inner {
    entries: VecDeque<Arc<Entry>>,
    next: u64,
}

/// What a reader finds in the ring.
pub(super) struct News {
    /// So many events were dropped before they could be taken.
    pub(super) lost: u64,
    pub(super) entries: Vec<Arc<Entry>>,
    /// The number of the first one; of the next event, if there is none yet.
    pub(super) first: u64,
}

impl Ring {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Inner { entries: VecDeque::new(), next: 0 }))
    }

    pub(super) fn push(&self, event: Event) {
        let mut inner = self.0.lock();
        // What the hub itself has missed leaves a gap in the numbers, which readers find.
        if let Event::Missed { events } = event {
            inner.entries.clear();
            inner.next += events;
            return;
        }
        if inner.entries.len() == CAPACITY {
            inner.entries.pop_front();
        }
        let (id, at) = (Id(inner.next), SystemTime::now());
        inner.entries.push_back(Arc::new(Entry { id, at, event, texts: Default::default() }));
        inner.next += 1;
    }

    /// The number that the next event gets.
    pub(super) fn next(&self) -> u64 {
        self.0.lock().next
    }

    /// At most `most` events from number `from` on.
    pub(super) fn since(&self, from: u64, most: usize) -> News {
        let inner = self.0.lock();
        let oldest = inner.next - inner.entries.len() as u64;
        let start = from.clamp(oldest, inner.next);
        let skip = usize::try_from(start - oldest).unwrap_or(usize::MAX);
        let entries: Vec<_> = inner.entries.iter().skip(skip).take(most).cloned().collect();
        News { lost: start.saturating_sub(from), first: start, entries }
    }
}
