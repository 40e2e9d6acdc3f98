//! What surrounds a change of state: read by the thread that made it, told by the one that announces it.

use tracing::Span;

use crate::circuit_state::StateChange;
use crate::stack::event;
use crate::stack::inspect::ErrorText;
#[cfg(feature = "opentelemetry")]
use crate::stack::span_event;

/// The error that caused a change, in one line, and the span of the call that made it.
#[derive(Debug)]
pub(crate) struct Occasion {
    pub(super) error: Option<String>,
    pub(super) span: Span,
}

impl Occasion {
    /// To be called under no lock: it shows an error of the user's, and asks the log's subscriber.
    pub(crate) fn of(change: &StateChange, error: ErrorText<'_>) -> Self {
        let error = event::are_changes_heard().then(|| error.line()).flatten();
        #[cfg(feature = "opentelemetry")]
        span_event::state_changed(change, error.as_deref());
        #[cfg(not(feature = "opentelemetry"))]
        let _ = change;
        Self { error, span: Span::current() }
    }
}

impl Default for Occasion {
    fn default() -> Self {
        Self { error: None, span: Span::none() }
    }
}
