//! Lets a call pass by one compare-and-swap on one word, or says why not.

use std::borrow::Borrow;
use std::sync::Arc;
use std::time::Duration;

use once_cell::race::OnceBox;

use super::bucket::{Bucket, QUEUED};
use super::cost::Cost;
use super::gcra::{Decision, Early, Gcra};
use super::lease::Lease;
use super::turns::TurnQueue;
use super::waiting::Start;
use super::{Limit, RateLimiter};
use crate::clock::{self, Nanos};
use crate::kind::PolicyKind;
use crate::mode::Mode;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::stack::event;
use crate::striped::StripedCounter;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// In nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// What a limiter needs that has rejected a call, or let one wait.
#[derive(Default)]
pub(super) struct Aside {
    pub(super) rejected: StripedCounter,
    pub(super) waited: AtomicU64,
    /// The whole seconds of the wait that was told last.
    seconds: AtomicU64,
    queue: OnceBox<TurnQueue>,
    pub(super) lease: OnceBox<Arc<Lease>>,
}

impl Aside {
    /// `nanos` as a duration. Mostly it has as many seconds as the last one, which saves a division, of which the time of a
    /// rejection is made: some processors wait for it before they read their counter again.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "less than a second")]
    fn duration(&self, nanos: u64) -> Duration {
        let seconds = self.seconds.load(Relaxed);
        let rest = nanos.wrapping_sub(seconds.wrapping_mul(SECOND));
        if rest < SECOND { Duration::new(seconds, rest as u32) } else { self.divided(nanos) }
    }

    #[cold]
    #[inline(never)]
    fn divided(&self, nanos: u64) -> Duration {
        let duration = Duration::from_nanos(nanos);
        self.seconds.store(duration.as_secs(), Relaxed);
        duration
    }
}

impl<L: Borrow<Limit>> RateLimiter<L> {
    #[inline]
    pub(super) fn try_take(&self, cost: impl Cost) -> Result<(), Rejection> {
        match self.take(cost) {
            Ok(()) => Ok(()),
            Err(Early::ASK) => self.try_part(cost),
            Err(early) => Err(self.reject_early(early)),
        }
    }

    /// Lets one call pass, or says by how much it is too early.
    #[inline]
    pub(super) fn take(&self, cost: impl Cost) -> Result<(), Early> {
        let gcra = self.limit().gcra.get();
        let now = clock::counter();
        match self.take_under(gcra, now, cost) {
            Err(early) if gcra.is_doubtful(early, cost.turns()) => {
                self.take_otherwise(early, now, cost)
            }
            taken => taken,
        }
    }

    /// A call that should not even be as early as that: the limit is not enforced, or has become a smaller one, which a
    /// key's limiter learns only here.
    #[cold]
    #[inline(never)]
    fn take_otherwise(&self, early: Early, now: Nanos, cost: impl Cost) -> Result<(), Early> {
        let mode = self.mode();
        if mode == Mode::Off {
            self.limit().mode.bypass();
            return Ok(());
        }
        if self.limit().is_shared() {
            return self.take_token(now, cost);
        }
        let gcra = self.gcra();
        let clamp = |word| gcra.clamp(word, now).filter(|_| word & QUEUED == 0);
        let is_clamped = self.word.fetch_update(Relaxed, Relaxed, clamp).is_ok();
        if mode == Mode::Enforce {
            return if is_clamped { self.take_under(gcra, now, cost) } else { Err(early) };
        }
        if let Err(early) = self.take_under(gcra, now, cost) {
            self.note_would_reject(Start::Early(early));
        }
        Ok(())
    }

    /// Notes a call that passes because nothing is enforced.
    #[cold]
    pub(super) fn note_would_reject(&self, start: Start) {
        self.limit().mode.would_reject();
        event::would_reject(PolicyKind::RateLimiter, &rejection(self.name(), start));
    }

    #[inline]
    fn take_under(&self, gcra: Gcra, now: Nanos, cost: impl Cost) -> Result<(), Early> {
        let Some(weight) = cost.weight(gcra) else { return Err(Early::NEVER) };
        let mut arrival = self.word.load(Relaxed);
        loop {
            let next = match gcra.decide(arrival, now, weight) {
                Decision::Pass(next) => next,
                Decision::Wait(_) if arrival & QUEUED != 0 => return Err(self.early(cost.turns())),
                Decision::Wait(early) => return Err(early),
            };
            match self.word.compare_exchange_weak(arrival, next, Relaxed, Relaxed) {
                Ok(_) => return Ok(()),
                Err(newer) => arrival = newer,
            }
        }
    }

    /// By how much a call is too early that would go to the end of the queue.
    #[cold]
    #[inline(never)]
    pub(super) fn early(&self, cost: u32) -> Early {
        let (arrival, now) = (self.word.load(Relaxed) & !QUEUED, clock::counter());
        let cost = self.turn_queue().ahead().saturating_add(cost.into());
        let wait = self.gcra().wait(arrival, now, self.gcra().weight(cost));
        Early::new(wait.max(1)).unwrap_or(Early::NEVER)
    }

    /// Whether a call may wait that long, its deadline apart.
    #[inline]
    pub(super) fn may_wait(&self, early: Early) -> bool {
        self.limit().may_wait(early.nanos())
    }

    pub(super) fn bucket(&self) -> Bucket<'_> {
        Bucket { word: &self.word, gcra: self.gcra() }
    }

    pub(super) fn turn_queue(&self) -> &TurnQueue {
        self.aside().queue.get_or_init(Box::default)
    }

    #[inline]
    pub(super) fn aside(&self) -> &Aside {
        self.aside.get_or_init(Box::default)
    }

    /// Counts a call that took its turn after it had waited.
    pub(super) fn count_waited(&self) {
        self.aside().waited.fetch_add(1, Relaxed);
    }

    /// Counts a rejection and emits its event.
    #[cold]
    pub(super) fn reject(&self, start: Start) -> Rejection {
        self.count_rejection(self.aside(), start);
        rejection(self.name(), start)
    }

    /// The same for a call that comes too early and does not wait: its rejection is made in place, see [`Rejection`].
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "measured: a call would leave the rejection in memory")]
    pub(super) fn reject_early(&self, early: Early) -> Rejection {
        let aside = self.aside();
        self.count_rejection(aside, Start::Early(early));
        let retry_after = (early != Early::NEVER).then(|| aside.duration(early.nanos()));
        Rejection::RateLimited { policy: self.name(), retry_after }
    }

    #[inline(always)]
    #[allow(clippy::inline_always, reason = "a call to it costs as much as it does")]
    fn count_rejection(&self, aside: &Aside, start: Start) {
        aside.rejected.increment();
        if event::is_heard() {
            self.emit_rejection(start);
        }
    }

    #[cold]
    #[inline(never)]
    fn emit_rejection(&self, start: Start) {
        event::rejected(PolicyKind::RateLimiter, &rejection(self.name(), start));
    }
}

fn rejection(policy: Name, start: Start) -> Rejection {
    match start {
        Start::Early(early) => Rejection::RateLimited { policy, retry_after: early.retry_after() },
        Start::Now | Start::Again | Start::Late | Start::Alone => {
            Rejection::DeadlineExceeded { policy }
        }
    }
}
