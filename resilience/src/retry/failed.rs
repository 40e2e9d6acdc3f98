//! A failed attempt, as the retry sees it.

use std::time::Duration;

use super::Retry;
use crate::rejection::Rejection;
use crate::stack::inspect::{ErrorText, Inspector};
use crate::stack::verdict::Fallible;

/// What a failed attempt asks for, and why it failed.
pub(super) struct Failed<'o> {
    /// The least delay.
    pub(super) hint: Option<Duration>,
    pub(super) error: ErrorText<'o>,
}

impl<'o> Failed<'o> {
    pub(super) fn of<R: Fallible, N: Inspector<R>>(
        retry: &Retry,
        result: &'o R,
        inspector: N,
        hint: impl FnOnce(&R::Error) -> Option<Duration>,
    ) -> Self {
        let error = match result.as_result() {
            Ok(value) => {
                return Self { hint: inspector.hint(Ok(value)), error: ErrorText::Hidden };
            }
            Err(error) => error,
        };
        let carried = inspector.rejection(error).and_then(Rejection::retry_after);
        let hint = match carried {
            Some(wait) => Some(retry.wait_for(wait)),
            None => hint(error),
        };
        Self { hint, error: inspector.text(error) }
    }
}
