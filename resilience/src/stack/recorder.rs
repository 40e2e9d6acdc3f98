//! What happened while a test ran: every event, kept until it is asked for. Only with feature `test-util`.

use parking_lot::Mutex;

use super::event::{Event, Listening};

static RECORDED: Mutex<Option<Vec<Event>>> = Mutex::new(None);

/// Events are recorded while it lives.
#[derive(Debug)]
pub(crate) struct Recording {
    _listening: Listening,
}

impl Recording {
    /// Begins with nothing.
    pub(crate) fn start() -> Self {
        *RECORDED.lock() = Some(Vec::new());
        Self { _listening: Listening::start() }
    }

    /// Everything so far.
    #[allow(clippy::unused_self, reason = "there is something to read while it lives")]
    pub(crate) fn events(&self) -> Vec<Event> {
        RECORDED.lock().clone().unwrap_or_default()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        *RECORDED.lock() = None;
    }
}

pub(super) fn record(event: &Event) {
    if let Some(events) = &mut *RECORDED.lock() {
        events.push(event.clone());
    }
}
