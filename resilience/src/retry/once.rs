//! What a pipeline without a retry has in its place: one attempt, and that is all.

use super::attempts::{Attempts, begin};
use super::{Retry, RetryConfig};

static ONCE: Retry = Retry::new("once", RetryConfig::new().attempts(1));

/// Starts a call that is tried again only if there is a retry.
#[inline]
#[must_use]
pub fn begin_if(retry: Option<&Retry>) -> Attempts<'_> {
    begin(retry.unwrap_or(&ONCE))
}
