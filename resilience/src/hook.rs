//! A synchronous function in a config. It is behaviour, not data: it takes no part in the config's equality.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::name::{Name, one_line};

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
pub(crate) fn shielded<O>(policy: Name, hook: &'static str, f: impl FnOnce() -> O) -> Option<O> {
    let result = caught(f);
    if result.is_none() {
        tracing::error!(target: "resilience", policy = &*one_line(&policy), event = "hook_panicked", hook);
    }
    result
}

/// Runs code of the user's; `None` when it panicked. The panic's payload is code of the user's, too: its `Drop` may
/// panic, and so may that panic's payload, which is leaked.
pub(crate) fn caught<O>(f: impl FnOnce() -> O) -> Option<O> {
    let disposed = |payload| catch_unwind(AssertUnwindSafe(|| drop(payload)));
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(value) => Some(value),
        Err(payload) => {
            disposed(payload).unwrap_or_else(std::mem::forget);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct PanicsOnDrop(u32);

    impl Drop for PanicsOnDrop {
        fn drop(&mut self) {
            if let Some(left) = self.0.checked_sub(1) {
                std::panic::panic_any(PanicsOnDrop(left));
            }
        }
    }

    #[test]
    fn a_panic_goes_no_further_nor_does_its_payload() {
        assert_eq!(caught(|| 7), Some(7));
        for payloads in 0..3 {
            let panics = || std::panic::panic_any(PanicsOnDrop(payloads));
            assert_eq!(shielded(Name::new("p"), "on_retry", panics), None::<()>);
        }
    }
}
