//! When a sampled call began, in one word.

use crate::clock::Nanos;

/// When a call began on the processor's counter; nothing for one that is no sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::bulkhead) struct Start(Nanos);

impl Start {
    /// Of a call that is no sample.
    pub(in crate::bulkhead) const NONE: Self = Self(0);

    /// At the counter's very zero nothing is a sample, which is no harm.
    pub(in crate::bulkhead) const fn at(now: Nanos) -> Self {
        Self(now)
    }

    #[inline]
    pub(in crate::bulkhead) const fn is_sampled(self) -> bool {
        self.0 != 0
    }

    pub(in crate::bulkhead) const fn nanos(self) -> Nanos {
        self.0
    }
}
