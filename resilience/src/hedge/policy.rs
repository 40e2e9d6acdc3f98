//! The named hedge, and its use by hand.

use std::fmt;

use super::{HedgeConfig, HedgeTotals};
use crate::check;
use crate::current::{Configured, Current, ModeCell};
use crate::mode::Mode;
use crate::name::{AnyPolicy, Identity, Name, Origin};
use crate::rejection::Rejection;
use crate::stack::by_hand::changeable;
use crate::stack::predicate::WithPredicates;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// Starts another attempt when the first has not answered in time; the first success wins.
///
/// It trades a little more load for the slowest answers: with `after` near the 95th percentile of the latency, one
/// call in twenty is made twice. Only calls that may run twice can be hedged.
///
/// ```
/// use resilience::{Hedge, HedgeConfig};
///
/// static SEARCH: Hedge = Hedge::new("search", HedgeConfig::new());
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let answer = SEARCH.call(|| async { Ok::<_, std::io::Error>(42) }).await;
/// assert_eq!(answer.unwrap(), 42);
/// # }
/// ```
///
/// # When it starts another
///
/// ```text
/// |-------- attempt 1 ------------------------------x  dropped
/// |<- after ->|-------- attempt 2 ------------|--> its success wins
/// ```
///
/// An attempt that fails before `after` is over makes the next one start at once. When all have failed, the caller
/// gets the last error. No further attempt starts at or after the [`deadline`](crate::deadline) in force; the first one
/// starts in any case, because a hedge never rejects. Put a [`Timeout`](crate::Timeout) around it for a call that comes
/// too late not to start. All attempts
/// have one [`call_id`](crate::call_id), and the [`attempt`](crate::attempt) number of the retry around them.
///
/// # Defaults
///
/// | option | default |
/// |---|---|
/// | [`after`](HedgeConfig::after) | 50 ms |
/// | [`max_attempts`](HedgeConfig::max_attempts) | 2, the first one included |
///
/// **Cancellation:** the losers are dropped as soon as one wins; dropping the call drops all attempts.
pub struct Hedge {
    identity: Identity,
    config: Current<HedgeConfig>,
    mode: ModeCell,
    hedged: AtomicU64,
    won: AtomicU64,
}

impl Hedge {
    /// A hedge of that name.
    ///
    /// # Panics
    /// When options make no sense; in a `static` that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, config: HedgeConfig) -> Self {
        Self::declared(Identity::new(name, Origin::Explicit), config)
    }

    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn declared(identity: Identity, config: HedgeConfig) -> Self {
        check::assert_valid(config.validate());
        Self {
            identity,
            config: Current::new(config),
            mode: ModeCell::new(),
            hedged: AtomicU64::new(0),
            won: AtomicU64::new(0),
        }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> Name {
        self.identity.name()
    }

    /// The options in force.
    #[must_use]
    pub fn config(&self) -> &HedgeConfig {
        self.config.get()
    }

    /// Forgets what it counted.
    pub fn reset(&self) {
        self.hedged.store(0, Relaxed);
        self.won.store(0, Relaxed);
        self.mode.reset();
    }

    /// What it has counted.
    #[must_use]
    pub fn totals(&self) -> HedgeTotals {
        HedgeTotals { hedged: self.hedged.load(Relaxed), won: self.won.load(Relaxed) }
    }

    /// Runs what `operation` makes, and makes another one when that takes too long or fails.
    ///
    /// It never rejects, so the error type needs no `From<Rejection>`.
    ///
    /// # Errors
    /// The last attempt's, when all have failed.
    pub fn call<Op, F, T, E>(
        &self,
        operation: Op,
    ) -> impl Future<Output = Result<T, E>> + use<'_, Op, F, T, E>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<T, E>>,
    {
        WithPredicates::new(self).call(operation)
    }

    /// Attempts that keep rejections apart from results, for stacks by hand: what `operation` makes yields the outcome
    /// of another policy's `guard`, and so does this.
    ///
    /// # Errors
    /// The last rejection.
    pub fn guard<Op, F, T, E>(
        &self,
        operation: Op,
    ) -> impl Future<Output = Result<Result<T, E>, Rejection>> + use<'_, Op, F, T, E>
    where
        Op: FnMut() -> F,
        F: Future<Output = Result<Result<T, E>, Rejection>>,
    {
        WithPredicates::new(self).guard(operation)
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    pub(super) fn count_hedged(&self) {
        self.hedged.fetch_add(1, Relaxed);
    }

    #[cold]
    pub(super) fn count_won(&self) {
        self.won.fetch_add(1, Relaxed);
    }

    /// How many attempts a call may have now.
    pub(super) fn attempts_at_most(&self) -> u32 {
        if self.mode.get() == Mode::Off { 1 } else { self.config().max_attempts }
    }

    /// Notes a call that passes untouched.
    pub(super) fn note_bypass(&self) {
        if self.mode.get() == Mode::Off {
            self.mode.bypass();
        }
    }
}

changeable! { Hedge, HedgeConfig:
    /// Puts other options in force, from now on; hooks stay as declared. State survives.
    reconfigure;
    /// Lets every call pass, or enforces again what the options say.
    ///
    /// # Errors
    /// [`Mode::Observe`](crate::Mode::Observe): attempts have nothing to observe.
    set_mode;
    /// How many calls passed untouched while it was off.
    bypassed;
}

impl Configured for Hedge {
    type Config = HedgeConfig;

    fn current(&self) -> &Current<HedgeConfig> {
        &self.config
    }

    fn modes(&self) -> Option<&ModeCell> {
        Some(&self.mode)
    }
}

impl fmt::Debug for Hedge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hedge")
            .field("name", &self.name())
            .field("totals", &self.totals())
            .field("config", self.config())
            .finish_non_exhaustive()
    }
}

impl AnyPolicy for Hedge {
    fn outcomes(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        let totals = self.totals();
        tell("hedged", totals.hedged);
    }

    fn passed(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        self.mode.tell_passed(tell);
    }

    fn mode(&self) -> Option<Mode> {
        Some(self.mode())
    }

    fn reset(&self) {
        Hedge::reset(self);
    }

    #[cfg(feature = "test-util")]
    fn renew(&self) {
        crate::current::renew(self);
        Hedge::reset(self);
    }
}

crate::name::listable!(Hedge, Hedge, identity);
crate::name::declared_by_default!(Hedge, HedgeConfig);
