//! One key's lease: the turns that were fetched ahead, what the store has said, and the local part kept warm.

use std::sync::Arc;
use std::time::Duration;

use super::cost::Cost;
use super::gcra::{Early, Gcra};
use crate::clock::{self, Nanos};
use crate::fleet::ask::{Answer, Ask};
use crate::fleet::counts;
use crate::fleet::demand::{self, Demand};
use crate::fleet::link::Place;
use crate::fleet::tokens::Tokens;
use crate::name::Name;
use crate::sync::{AtomicBool, AtomicU32, AtomicU64, Mutex, Ordering::Relaxed};

/// A rejection is believed for at least this long, so that a fleet under overload asks a hundred times a second at most.
const BELIEVED: u64 = 10_000_000;

/// What one replica holds of one key. No lock on the way of a call that finds a token.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) place: Place,
    /// [`Tokens`]
    tokens: Arc<AtomicU64>,
    /// With fewer tokens left, more are fetched: a third of what a lease uses.
    low: AtomicU32,
    /// Whether turns are being fetched that will become tokens: one question at a time asks for more than its call needs.
    is_fetching: AtomicBool,
    /// When a call of [`denied`](Self::denied) turns conforms, as far as the store has said.
    conforms: AtomicU64,
    denied: AtomicU32,
    /// The arrival time of the local part, moved by what the store granted: an outage begins without a fresh burst.
    warm: AtomicU64,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    demand: Demand,
    /// How many tokens there were when the demand was observed, and those that came since.
    held: u32,
}

/// What a replica sees before it asks.
struct Observed {
    /// Tokens whose time is over.
    unused: u32,
    /// How many a lease uses.
    want: u32,
    /// How many more may be held.
    room: u32,
}

/// What the limit in force says, as a lease needs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// Without what this call needs.
    pub(super) ask: Ask,
    pub(super) lease: Duration,
    pub(super) burst: u32,
    /// The local part.
    pub(super) part: Gcra,
}

impl Lease {
    pub(super) fn new(policy: Name, key: Option<Arc<str>>) -> Self {
        let counts = counts::of(policy);
        let tokens = counts.new_word();
        Self {
            place: Place { policy, key, counts },
            tokens,
            low: AtomicU32::new(0),
            is_fetching: AtomicBool::new(false),
            conforms: AtomicU64::new(0),
            denied: AtomicU32::new(0),
            warm: AtomicU64::new(0),
            books: Mutex::new(Books::default()),
        }
    }

    /// Takes tokens, and says whether so few are left that more should be fetched.
    #[inline]
    pub(super) fn take(&self, now: Nanos, cost: impl Cost) -> Option<bool> {
        let mut bits = self.tokens.load(Relaxed);
        loop {
            let left = Tokens::from_bits(bits).take(now, cost.turns())?;
            match self.tokens.compare_exchange_weak(bits, left.bits(), Relaxed, Relaxed) {
                Ok(_) => return Some(self.is_low(left)),
                Err(newer) => bits = newer,
            }
        }
    }

    /// Whether more should be fetched, and are not on their way.
    #[inline]
    fn is_low(&self, left: Tokens) -> bool {
        left.count() < self.low.load(Relaxed) && !self.is_fetching.load(Relaxed)
    }

    /// By how much a call is too early, if the store has said so lately.
    pub(super) fn denied(
        &self,
        now: Nanos,
        cost: u32,
        patience: u64,
        terms: &Terms,
    ) -> Option<Early> {
        let heavier = cost.checked_sub(self.denied.load(Relaxed))?;
        let more = terms.ask.interval.saturating_mul(heavier.into()).saturating_mul(1_000);
        let wait = self.conforms.load(Relaxed).saturating_sub(now);
        if wait <= patience { None } else { Early::new(wait.saturating_add(more)) }
    }

    /// The question for a call, and whether the answer is to become tokens. To be ended by
    /// [`settle`](Self::settle), with the answer or without.
    pub(super) fn question(
        &self,
        now: Nanos,
        cost: u32,
        patience: u64,
        terms: &Terms,
    ) -> (Ask, bool) {
        let Observed { unused, want, room } = self.observe(now, cost, terms);
        let fetches = want > 1 && !self.is_fetching.swap(true, Relaxed);
        let more = if fetches { (want - 1).min(room) } else { 0 };
        let wanted = cost.saturating_add(more);
        (Ask { need: cost, wanted, patience, unused, ..terms.ask }, fetches)
    }

    /// The question for tokens alone, if none is under way.
    pub(super) fn prefetch(&self, now: Nanos, terms: &Terms) -> Option<Ask> {
        if self.conforms.load(Relaxed) > now || self.is_fetching.swap(true, Relaxed) {
            return None;
        }
        let Observed { unused, want, room } = self.observe(now, 0, terms);
        let wanted = want.min(room);
        if wanted == 0 {
            self.is_fetching.store(false, Relaxed);
            return None;
        }
        Some(Ask { need: 1, wanted, unused, ..terms.ask })
    }

    fn observe(&self, now: Nanos, cost: u32, terms: &Terms) -> Observed {
        let mut books = self.books.lock();
        let tokens = Tokens::from_bits(self.tokens.load(Relaxed));
        let used = books.held.saturating_sub(tokens.count());
        books.demand.observe(now, u64::from(used) + u64::from(cost));
        let is_swept = tokens.is_over(now)
            && (self.tokens)
                .compare_exchange(tokens.bits(), Tokens::NONE.bits(), Relaxed, Relaxed)
                .is_ok();
        let unused = if is_swept { tokens.count() } else { 0 };
        books.held = tokens.good(now);
        let want = books.demand.want(terms.lease, terms.burst);
        self.low.store(if want > 1 { want / 3 + 1 } else { 0 }, Relaxed);
        let room = demand::most(terms.burst).saturating_sub(books.held);
        Observed { unused, want, room }
    }

    /// What came of a question. `spare` turns of a grant become tokens.
    pub(super) fn settle(&self, now: Nanos, fetched: bool, spare: u32, terms: &Terms) {
        if spare > 0 {
            let mut books = self.books.lock();
            books.held = books.held.saturating_add(spare);
            let end = clock::after(now, terms.lease);
            let add = |bits| Some(Tokens::from_bits(bits).with(now, spare, end).bits());
            let _ = self.tokens.fetch_update(Relaxed, Relaxed, add);
        }
        if fetched {
            self.is_fetching.store(false, Relaxed);
        }
    }

    /// The store has granted so many turns.
    pub(super) fn granted(&self, now: Nanos, turns: u32, terms: &Terms) {
        self.conforms.store(0, Relaxed);
        let weight = terms.part.weight(turns.into());
        let charge = |warm| Some(terms.part.charge(warm, now, weight));
        let _ = self.warm.fetch_update(Relaxed, Relaxed, charge);
    }

    /// The store has rejected a call; it is believed until then.
    pub(super) fn rejected(&self, now: Nanos, cost: u32, answer: Answer, terms: &Terms) -> Early {
        let wait = answer.wait.saturating_mul(1_000).max(1);
        let believed = BELIEVED.min(clock::span(terms.lease) / 5);
        self.denied.store(cost, Relaxed);
        self.conforms.store(now.saturating_add(wait.max(believed)), Relaxed);
        Early::new(wait).unwrap_or(Early::NEVER)
    }

    /// The arrival time of the local part, by what the store granted.
    pub(super) fn warm(&self) -> Nanos {
        self.warm.load(Relaxed)
    }

    /// Forgets everything.
    pub(super) fn reset(&self) {
        self.tokens.store(Tokens::NONE.bits(), Relaxed);
        self.conforms.store(0, Relaxed);
        self.warm.store(0, Relaxed);
        *self.books.lock() = Books::default();
    }
}
