//! What the test program says to `tracing`, kept.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, OnceLock};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// One event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub(crate) target: String,
    pub(crate) fields: String,
}

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<Line>>>);

/// Keeps what is said from now on, by all tests.
pub(crate) fn listen() -> Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    let start = || {
        let log = Log::default();
        let subscriber = tracing_subscriber::registry().with(log.clone());
        tracing::subscriber::set_global_default(subscriber).expect("nobody else listens");
        log
    };
    LOG.get_or_init(start).clone()
}

impl Log {
    pub(crate) fn line_with(&self, words: &[&str]) -> Line {
        let lines = self.0.lock().unwrap();
        let found = lines.iter().find(|line| words.iter().all(|word| line.fields.contains(word)));
        found.unwrap_or_else(|| panic!("nothing with {words:?} in {lines:#?}")).clone()
    }

    #[allow(dead_code, reason = "not every test program counts")]
    pub(crate) fn count_with(&self, words: &[&str]) -> usize {
        let lines = self.0.lock().unwrap();
        lines.iter().filter(|line| words.iter().all(|word| line.fields.contains(word))).count()
    }
}

impl<S: Subscriber> Layer<S> for Log {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let mut line = Line { target: event.metadata().target().to_owned(), ..Line::default() };
        event.record(&mut line);
        self.0.lock().unwrap().push(line);
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.fields, "{field}={value:?} ");
    }
}
