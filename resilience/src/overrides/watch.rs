//! Overrides that are read again: by content, not by the file's identity, which a swapped symbolic link changes unseen.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::layers::Base;
use super::leaf::Leaf;
use super::plan::Plan;
use super::problems::Problems;
use super::{given, reloads, sources};
use crate::problem::Problem;
use crate::random;
use crate::stack::event::{self, Event};

/// More often would be work without use.
const SHORTEST_PERIOD: Duration = Duration::from_millis(100);

/// Overrides from a file and the environment, which can be read again.
#[derive(Clone, Debug)]
pub struct Overrides {
    path: Option<PathBuf>,
    /// What the program hands over.
    given: Vec<Leaf>,
    allow_unknown: bool,
}

/// Whether some task watches already.
static WATCHED: AtomicBool = AtomicBool::new(false);

/// What was applied or reported last.
static LAST: Mutex<Option<String>> = Mutex::new(None);

impl Overrides {
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        Self { path, given: Vec::new(), allow_unknown: false }
    }

    /// Overrides from a value of any format that serde reads, in the place of a file: tables of kinds, names and options
    /// as there. What stands in the environment wins over it, as over a file.
    ///
    /// A problem's place is the way to the option, `retry.payments.attempts`. There is nothing to
    /// [`watch`](Self::watch): hand over another value, and [`reload`](Self::reload) that.
    ///
    /// ```
    /// use resilience::overrides::Overrides;
    /// use resilience::{Retry, RetryConfig, registry};
    ///
    /// let retry = registry().insert(Retry::new("orders", RetryConfig::new()));
    /// let yaml_or_json = serde_json::json!({ "retry": { "orders": { "attempts": 5 } } });
    /// Overrides::from_value(yaml_or_json)?.reload()?;
    /// assert_eq!(retry.config(), &RetryConfig::new().attempts(5));
    /// # Ok::<_, resilience::overrides::Problems>(())
    /// ```
    ///
    /// # Errors
    /// When it is no such table. What is wrong with options is told when they are checked.
    pub fn from_value(value: impl Serialize) -> Result<Self, Problems> {
        let given = serde_json::to_value(value)
            .map_err(|error| vec![Problem::new(error.to_string())])
            .and_then(|value| given::leaves(&value))
            .map_err(Problems::new)?;
        Ok(Self { path: None, given, allow_unknown: false })
    }

    /// Accepts names that no policy has: those of policies that the registry gets to know later.
    #[must_use]
    pub fn allow_unknown(mut self) -> Self {
        self.allow_unknown = true;
        self
    }

    /// What reading again would change.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place.
    pub fn check(&self) -> Result<Plan, Problems> {
        self.plan(self.read()?.as_deref())
    }

    /// Reads again, and puts everything in force; an option that is not mentioned any more falls back.
    ///
    /// # Errors
    /// Everything that is wrong; then nothing was changed.
    pub fn reload(&self) -> Result<(), Problems> {
        let text = self.read()?;
        let applied = self.apply(text.as_deref());
        *LAST.lock() = text;
        applied
    }

    /// Reads the file again every `period` (at least 100 ms, varied by ±10 %), in a task of the tokio runtime, for as
    /// long as the runtime lives. One task serves the program, however often this is called.
    ///
    /// A change is applied when it was seen twice alike, so that a file that is being written is left alone; a link that
    /// was swapped to another file is a change like any other. A file with mistakes changes nothing and is reported as
    /// a `tracing` error, once; watching goes on, and so it does while the file is missing.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn watch(&self, period: Duration) {
        if self.path.is_some() && !WATCHED.swap(true, Ordering::Relaxed) {
            tokio::spawn(self.clone().keep_watching(period.max(SHORTEST_PERIOD)));
        }
    }

    async fn keep_watching(self, period: Duration) {
        let _watching = Watching;
        let (mut seen, mut missing) = (None, false);
        loop {
            tokio::time::sleep(period.mul_f64(0.9 + 0.2 * random::unit())).await;
            match self.read() {
                Ok(text) => {
                    missing = false;
                    if text != *LAST.lock() && text == seen {
                        let (changed, text) = (self.clone(), text.clone());
                        // Every policy is judged: not on a thread that serves others.
                        let _ =
                            spawn_blocking(move || changed.reload_watched(text.as_deref())).await;
                    }
                    seen = text;
                }
                Err(problem) if !missing => {
                    missing = true;
                    tracing::warn!(target: "resilience::overrides", event = "overrides_unreadable", "{problem}");
                }
                Err(_) => {}
            }
        }
    }

    fn reload_watched(&self, text: Option<&str>) {
        let applied = self.apply(text);
        *LAST.lock() = text.map(Into::into);
        if let Err(problems) = applied {
            problems.log("reload_refused");
            let problems = problems.iter().map(ToString::to_string).collect();
            event::announce(Event::ReloadRefused { problems });
        }
    }

    fn apply(&self, text: Option<&str>) -> Result<(), Problems> {
        let applied = self.plan(text).and_then(|plan| {
            let changes = !plan.is_empty();
            plan.apply().map(|()| changes)
        });
        reloads::count(&applied);
        applied.map(drop)
    }

    fn read(&self) -> Result<Option<String>, Problems> {
        let text = self.path.as_deref().map(sources::read).transpose();
        text.map_err(|problem| Problems::new(vec![problem]))
    }

    fn plan(&self, text: Option<&str>) -> Result<Plan, Problems> {
        let mut leaves = sources::leaves(self.path.as_deref().zip(text))?;
        leaves.extend_from_slice(&self.given);
        Plan::of(Base { leaves, allow_unknown: self.allow_unknown })
    }
}

/// When the runtime goes, so do its tasks; the next one may watch anew.
struct Watching;

impl Drop for Watching {
    fn drop(&mut self) {
        WATCHED.store(false, Ordering::Relaxed);
    }
}
