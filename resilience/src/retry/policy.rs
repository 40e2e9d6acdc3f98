//! The shared, named retry: its options, its budget, its totals, and its use by hand.

use std::fmt;
use std::time::Duration;

use super::{RetryConfig, RetryTotals, budget};
use crate::check;
use crate::name::Name;
use crate::name::{Identity, Origin};
use crate::rejection::Rejection;
use crate::stack::predicate::WithPredicates;
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
/// When the retries end — out of attempts, of time or of budget, or at an outcome that isn't a failure — the caller
/// gets the last result. No attempt begins, and no delay that would end, at or after the
/// [`deadline`](crate::deadline) in force or `max_elapsed`.
///
/// **Cancellation:** dropping the future drops the running attempt or the delay; nothing is left behind.
pub struct Retry {
    identity: Identity,
    config: RetryConfig,
    keeps_books: bool,
    tokens: AtomicU64,
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
        check::no_problem(config.problem());
        Self {
            identity,
            tokens: AtomicU64::new(budget::whole(config.burst())),
            keeps_books: config.budget.is_some() || config.max_elapsed.is_some(),
            config,
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

    /// Its options.
    #[must_use]
    #[inline]
    pub fn config(&self) -> &RetryConfig {
        &self.config
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

    /// Runs what `operation` makes, and makes and runs it again while it fails.
    ///
    /// It never refuses, so the error type needs no `From<Rejection>`.
    ///
    /// # Errors
    /// The last attempt's.
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

    /// [`call`](Self::call) for code that doesn't await: the delays block the thread.
    ///
    /// # Errors
    /// The last attempt's.
    pub fn call_blocking<T, E>(&self, operation: impl FnMut() -> Result<T, E>) -> Result<T, E> {
        WithPredicates::new(self).call_blocking(operation)
    }

    /// Attempts that keep refusals apart from results, for stacks by hand: what `operation` makes yields the outcome
    /// of another policy's `guard`, and so does this.
    ///
    /// # Errors
    /// The last refusal.
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

    /// Whether a call has anything to note when it begins: one question instead of one per option.
    #[inline]
    pub(super) fn keeps_books(&self) -> bool {
        self.keeps_books
    }

    /// A call earns its share of the budget.
    pub(super) fn earn(&self) {
        if let Some(ratio) = self.config().budget {
            self.deposit(ratio);
        }
    }

    /// A full purse stays untouched, so that healthy calls share no write.
    fn deposit(&self, ratio: f64) {
        let (earned, most) = (budget::earned(ratio), budget::whole(self.config().burst()));
        // An error says that the purse is full.
        let _ = self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |balance| {
            budget::deposited(balance, earned, most)
        });
    }

    /// Pays for a retry; false when the budget is used up.
    pub(super) fn spend(&self) -> bool {
        self.config().budget.is_none()
            || self
                .tokens
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, budget::withdrawn)
                .is_ok()
    }

    /// How long to wait where a refusal asks for `wait`. A retry that was told not to delay at all goes along with
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

impl fmt::Debug for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retry")
            .field("name", &self.name())
            .field("totals", &self.totals())
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

crate::name::listable!(Retry, Retry, identity);
