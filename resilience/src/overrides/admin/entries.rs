//! What the admin routes set: an entry for each option of each policy, with its end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::{Instant, sleep_until};

use super::expiry::expire;
use super::wish::Author;
use crate::overrides::layers::Spot;
use crate::overrides::leaf::Leaf;

static ENTRIES: Mutex<BTreeMap<Spot, Options>> = Mutex::new(BTreeMap::new());

/// Entries of one policy by option.
pub(super) type Options = BTreeMap<String, Entry>;

/// One option that was set, by whom and until when.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) leaf: Leaf,
    pub(super) author: Author,
    /// `None`: until it is taken away.
    pub(super) end: Option<End>,
}

/// When an entry ends. The task that ends it lives as long as a copy of this.
#[derive(Clone, Debug)]
pub(super) struct End {
    at: Instant,
    /// The same by the calendar, in milliseconds since the Unix epoch.
    pub(super) unix_ms: u64,
    _timer: Option<Arc<Timer>>,
}

impl End {
    /// `None`: no clock goes that far.
    pub(super) fn after(lasts: Duration) -> Option<Self> {
        let at = Instant::now().checked_add(lasts)?;
        let unix = SystemTime::now().checked_add(lasts)?.duration_since(UNIX_EPOCH).ok()?;
        let unix_ms = u64::try_from(unix.as_millis()).ok()?;
        Some(Self { at, unix_ms, _timer: Timer::start(at).map(Arc::new) })
    }

    fn has_come(&self) -> bool {
        self.at <= Instant::now()
    }
}

/// A task that takes back what has expired.
#[derive(Debug)]
struct Timer(AbortHandle);

impl Timer {
    /// Without a runtime the next look takes it back.
    fn start(at: Instant) -> Option<Self> {
        let runtime = Handle::try_current().ok()?;
        let task = runtime.spawn(async move {
            sleep_until(at).await;
            // Every policy is judged: not on a thread that serves others.
            let _ = spawn_blocking(expire).await;
        });
        Some(Self(task.abort_handle()))
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Whether the time of something is over that is still there.
pub(crate) fn has_expired() -> bool {
    !ENTRIES.lock().values().flat_map(BTreeMap::values).all(Entry::is_alive)
}

/// Everything that was set, whether it has expired or not.
pub(super) fn all() -> BTreeMap<Spot, Options> {
    ENTRIES.lock().clone()
}

/// What was set for that policy and has not expired.
pub(super) fn of(spot: Spot) -> Options {
    let mut options = ENTRIES.lock().get(&spot).cloned().unwrap_or_default();
    options.retain(|_, entry| entry.is_alive());
    options
}

/// Puts `entries` in the place of all.
pub(super) fn replace(entries: BTreeMap<Spot, Options>) {
    let before = std::mem::replace(&mut *ENTRIES.lock(), entries);
    // Outside of the lock: this ends tasks.
    drop(before);
}

/// Takes everything away that was set; for which policies.
pub(in crate::overrides) fn forget() -> Vec<Spot> {
    let set = all().into_keys().collect();
    replace(BTreeMap::new());
    set
}

/// What was set and has not expired, as overrides.
pub(in crate::overrides) fn leaves() -> Vec<Leaf> {
    leaves_of(&ENTRIES.lock())
}

pub(super) fn leaves_of(entries: &BTreeMap<Spot, Options>) -> Vec<Leaf> {
    let entries = entries.values().flat_map(BTreeMap::values);
    entries.filter(|entry| entry.is_alive()).map(|entry| entry.leaf.clone()).collect()
}

impl Entry {
    pub(super) fn is_alive(&self) -> bool {
        self.end.as_ref().is_none_or(|end| !end.has_come())
    }
}
