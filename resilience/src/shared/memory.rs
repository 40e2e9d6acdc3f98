//! A store in this process's memory: what tests connect to.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::ballot::Ballot;
use super::bucket;
use crate::circuit_state::CircuitState;
use crate::clock;
use crate::fleet::ask::{Answer, Ask, Refund};
use crate::fleet::opinion::{Opinion, Verdict, Word};
use crate::fleet::settings::Settings;
use crate::fleet::store::{Reply, Store, sealed};

/// A store in this process's memory, for tests: it follows the clock that tests pause, and fails when it is told to.
/// Clones are the same store.
///
/// ```
/// # use resilience::{RateLimitConfig, RateLimiter, shared};
/// static API: RateLimiter =
///     RateLimiter::new("api", RateLimitConfig::new().rate("100/s").burst(1).shared(true));
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let store = shared::Memory::new();
/// shared::connect(store.clone());
/// assert!(API.acquire().await.is_ok());
/// assert!(API.acquire().await.is_err());
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Memory {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    trouble: AtomicU8,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    arrivals: HashMap<(String, Option<String>), u64>,
    replicas: HashMap<String, u64>,
    ballots: HashMap<String, Ballot>,
    asked: u64,
}

const FAILS: u8 = 1;
const HANGS: u8 = 2;

impl Memory {
    /// An empty store that answers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it fails from now on: every question is answered with an error.
    pub fn fail(&self, fails: bool) {
        self.state.trouble.store(if fails { FAILS } else { 0 }, Relaxed);
    }

    /// Whether it hangs from now on: no question is answered.
    pub fn hang(&self, hangs: bool) {
        self.state.trouble.store(if hangs { HANGS } else { 0 }, Relaxed);
    }

    /// How many questions for turns it has got.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.books().asked
    }

    /// Says something about the circuit breakers of that name as another replica would: that it has opened, for so long.
    pub fn say_open(&self, policy: &str, replica: &str, open_for: Duration) {
        let micros = u64::try_from(open_for.as_micros()).unwrap_or(u64::MAX);
        self.say(policy, replica, Opinion { word: Word::Open(micros), trying: 0 });
    }

    /// The same: that its trial calls have succeeded.
    pub fn say_closed(&self, policy: &str, replica: &str) {
        self.say(policy, replica, Opinion { word: Word::Closed, trying: 0 });
    }

    /// How many replicas say that the circuit breakers of that name are open.
    #[must_use]
    pub fn open(&self, policy: &str) -> usize {
        let now = clock::now() / 1_000;
        self.books().ballots.get(policy).map_or(0, |ballot| ballot.open(now))
    }

    fn say(&self, policy: &str, replica: &str, opinion: Opinion) {
        let now = clock::now() / 1_000;
        self.books().ballots.entry(policy.to_owned()).or_default().vote(replica, now, opinion);
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.state.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer<T: Send + 'static>(&self, answer: impl FnOnce(&mut Books, u64) -> T) -> Reply<T> {
        let trouble = self.state.trouble.load(Relaxed);
        let answer = match trouble {
            0 => Ok(answer(&mut self.books(), clock::now() / 1_000)),
            _ => Err("the store was told to fail".into()),
        };
        Box::pin(async move {
            if trouble == HANGS {
                std::future::pending::<()>().await;
            }
            answer
        })
    }
}

impl sealed::Sealed for Memory {}

impl Store for Memory {
    fn settings(&self) -> Settings {
        Settings::default()
    }

    fn take(&self, policy: &str, key: Option<&str>, ask: Ask) -> Reply<Answer> {
        let place = (policy.to_owned(), key.map(str::to_owned));
        self.answer(|books, now| {
            books.asked += 1;
            bucket::take(books.arrivals.entry(place).or_default(), now, ask)
        })
    }

    fn give_back(&self, policy: &str, key: Option<&str>, refund: Refund) -> Reply<()> {
        let place = (policy.to_owned(), key.map(str::to_owned));
        self.answer(|books, now| {
            bucket::give_back(books.arrivals.entry(place).or_default(), now, refund);
        })
    }

    fn opine(&self, policy: &str, replica: &str, opinion: Opinion) -> Reply<Verdict> {
        let (policy, replica) = (policy.to_owned(), replica.to_owned());
        self.answer(move |books, now| {
            books.ballots.entry(policy).or_default().vote(&replica, now, opinion)
        })
    }

    fn force(&self, policy: &str, state: Option<CircuitState>) -> Reply<()> {
        let policy = policy.to_owned();
        self.answer(move |books, _| books.ballots.entry(policy).or_default().forced = state)
    }

    fn beat(&self, replica: &str, forgotten_after: Duration) -> Reply<u32> {
        let replica = replica.to_owned();
        self.answer(move |books, now| {
            let span = u64::try_from(forgotten_after.as_micros()).unwrap_or(u64::MAX);
            books.replicas.insert(replica, now);
            books.replicas.retain(|_, seen| now.saturating_sub(*seen) < span);
            u32::try_from(books.replicas.len()).unwrap_or(u32::MAX)
        })
    }
}
