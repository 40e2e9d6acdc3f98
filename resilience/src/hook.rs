//! A plain function in a config. It is behaviour, not data: it takes no part in the config's equality.

use std::fmt;

/// A function pointer, or none.
#[derive(Clone, Copy)]
pub(crate) struct Hook<F>(Option<F>);

impl<F: Copy> Hook<F> {
    pub(crate) const NONE: Self = Self(None);

    pub(crate) const fn new(f: F) -> Self {
        Self(Some(f))
    }

    pub(crate) const fn get(&self) -> Option<F> {
        self.0
    }
}

impl<F> Default for Hook<F> {
    fn default() -> Self {
        Self(None)
    }
}

impl<F> PartialEq for Hook<F> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<F> fmt::Debug for Hook<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "set" } else { "none" })
    }
}

/// Runs a function of the user's; a panic in it is logged and goes no further.
pub(crate) fn shielded<O>(
    policy: crate::Name,
    hook: &'static str,
    f: impl FnOnce() -> O,
) -> Option<O> {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f));
    if result.is_err() {
        tracing::error!(target: "resilience", %policy, event = "hook_panicked", hook);
    }
    result.ok()
}
