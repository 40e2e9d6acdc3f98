//! The shared, named retry: its options, its budget and its totals.

use std::fmt;
use std::time::Duration;

use super::entry::Entry;
use super::nested::Nested;
use super::tokens::Tokens;
use super::{NestedRetries, RetryConfig, RetryTotals};
use crate::check;
use crate::current::{Current, ModeCell};
use crate::mode::Mode;
use crate::name::{AnyPolicy, Identity, Name, Origin};
use crate::sync::{AtomicBool, AtomicU64, Ordering};

/// Tries again what failed, after growing delays.
///
/// The attribute [`retry`](macro@crate::retry) is the usual way to use it; this is the same by hand.
///
/// ```
/// use resilience::{Retry, RetryConfig};
///
/// static FETCH: Retry = Retry::new("fetch", RetryConfig::new().attempts(5));
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let answer = FETCH.call(|| async { Ok::<_, std::io::Error>(42) }).await;
/// assert_eq!(answer.unwrap(), 42);
/// # }
/// ```
///
/// # When it tries again
///
/// ```text
/// |-- attempt 1 --|  delay  |-- attempt 2 --|   longer delay   |-- attempt 3 --|--> the last result
///               fails                      fails                          any outcome
/// ```
///
/// The retries end when attempts, time or budget run out, and at an outcome that isn't a failure; the caller gets the
/// last result. No attempt begins, and no delay that would end, at or after the [`deadline`](crate::deadline) in force
/// or `max_elapsed`; one that a busy thread slept too long through begins no attempt after the deadline either, but one
/// after `max_elapsed`: the last result is gone by then, and no timeout would end the call. The first attempt begins in
/// any case: a retry never rejects, so that nothing else could be the result. Put a [`Timeout`](crate::Timeout) around
/// it for a call that comes too late not to begin. A
/// failure that says when to come back (`retry_after`) is waited for at least so long, and ends the retries when that
/// is longer than `max_retry_after`.
///
/// # Defaults
///
/// | option | default |
/// |---|---|
/// | [`attempts`](RetryConfig::attempts) | 3, the first one included |
/// | [`delay`](RetryConfig::delay) | 100 ms |
/// | [`backoff`](RetryConfig::backoff), [`factor`](RetryConfig::factor) | exponential, 2.0 |
/// | [`max_delay`](RetryConfig::max_delay) | 10 s, or `delay` where that is longer |
/// | [`jitter`](RetryConfig::jitter) | full |
/// | [`max_retry_after`](RetryConfig::max_retry_after) | 60 s |
/// | [`max_elapsed`](RetryConfig::max_elapsed) | off |
/// | [`budget`](RetryConfig::budget), [`budget_burst`](RetryConfig::budget_burst) | off, 10 tokens |
///
/// **Cancellation:** dropping the future drops the running attempt or the delay; nothing is left behind.
pub struct Retry {
    identity: Identity,
    pub(super) config: Current<RetryConfig>,
    pub(super) mode: ModeCell,
    /// Derived from both of them, and from the name.
    pub(super) entry: Entry,
    pub(super) nested: Nested,
    pub(super) tokens: Tokens,
    retries: AtomicU64,
    recovered: AtomicU64,
    exhausted: AtomicU64,
    warned_of_blocking: AtomicBool,
}

impl Retry {
    /// A retry of that name.
    ///
    /// # Panics
    /// When options contradict each other; in a `static` that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, config: RetryConfig) -> Self {
        Self::declared(Identity::new(name, Origin::Explicit), config)
    }

    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn declared(identity: Identity, config: RetryConfig) -> Self {
        check::assert_valid(config.validate());
        Self {
            identity,
            tokens: Tokens::full(&config),
            entry: Entry::new(keeps_books(&config)),
            nested: Nested::new(),
            config: Current::new(config),
            mode: ModeCell::new(),
            retries: AtomicU64::new(0),
            recovered: AtomicU64::new(0),
            exhausted: AtomicU64::new(0),
            warned_of_blocking: AtomicBool::new(false),
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> Name {
        self.identity.name()
    }

    /// The options in force.
    #[must_use]
    #[inline]
    pub fn config(&self) -> &RetryConfig {
        self.config.get()
    }

    /// Fills the budget, and forgets what was counted.
    pub fn reset(&self) {
        self.tokens.fill(self.config());
        for count in [&self.retries, &self.recovered, &self.exhausted] {
            count.store(0, Ordering::Relaxed);
        }
        self.nested.reset();
        self.mode.reset();
    }

    /// The retries inside of whose attempts calls of this one began, in the order in which they were first seen.
    ///
    /// A retry of a single attempt multiplies nothing, and is left out on both sides.
    ///
    /// ```
    /// use resilience::{Retry, RetryConfig};
    ///
    /// static OUTER: Retry = Retry::new("outer", RetryConfig::new().attempts(2));
    /// static INNER: Retry = Retry::new("inner", RetryConfig::new().attempts(5));
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let call = OUTER.call(|| INNER.call(|| async { Ok::<_, std::io::Error>(()) }));
    /// call.await.unwrap();
    /// let nested = INNER.nested();
    /// assert_eq!((&*nested[0].outer, nested[0].calls, nested[0].attempts_at_most), ("outer", 1, 10));
    /// # }
    /// ```
    #[must_use]
    pub fn nested(&self) -> Vec<NestedRetries> {
        self.nested.of(self)
    }

    /// What it did so far.
    #[must_use]
    pub fn totals(&self) -> RetryTotals {
        RetryTotals {
            retries: self.retries.load(Ordering::Relaxed),
            recovered: self.recovered.load(Ordering::Relaxed),
            exhausted: self.exhausted.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Whether calls pass untouched.
    pub(super) fn is_off(&self) -> bool {
        self.mode.get() == Mode::Off
    }

    /// Counts a call that passes untouched.
    pub(super) fn bypass(&self) {
        self.mode.bypass();
    }

    /// How long to wait where a rejection asks for `wait`. A retry that was told not to delay at all goes along with
    /// that as far as `max_delay`; a circuit that stays open longer is not worth its waiting, so for ever then.
    #[cold]
    pub(super) fn wait_for(&self, wait: Duration) -> Duration {
        let impatient = self.config().delay.is_zero() && wait > self.config().longest_delay();
        if impatient { Duration::MAX } else { wait }
    }

    pub(super) fn count_retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    #[cold]
    pub(super) fn count_recovered(&self) {
        self.recovered.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_exhausted(&self) {
        self.exhausted.fetch_add(1, Ordering::Relaxed);
    }

    /// True once.
    pub(super) fn first_warning(&self) -> bool {
        !self.warned_of_blocking.swap(true, Ordering::Relaxed)
    }
}

/// Whether calls have something to note when they begin.
pub(super) const fn keeps_books(config: &RetryConfig) -> bool {
    config.budget.is_some() || config.max_elapsed.is_some()
}

impl fmt::Debug for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry")
            .field("name", &self.name())
            .field("totals", &self.totals())
            .field("config", self.config())
            .finish_non_exhaustive()
    }
}

impl AnyPolicy for Retry {
    fn outcomes(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        let totals = self.totals();
        tell("recovered", totals.recovered);
        tell("exhausted", totals.exhausted);
    }

    fn passed(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        self.mode.tell_passed(tell);
    }

    /// Attempts beyond the first ones.
    fn activity(&self) -> Option<[u64; 2]> {
        Some([self.totals().retries; 2])
    }

    fn mode(&self) -> Option<Mode> {
        Some(self.mode())
    }

    fn reset(&self) {
        Retry::reset(self);
    }

    #[cfg(feature = "test-util")]
    fn renew(&self) {
        crate::current::renew(self);
        Retry::reset(self);
    }
}

crate::name::listable!(Retry, Retry, identity);
crate::name::declared_by_default!(Retry, RetryConfig);
