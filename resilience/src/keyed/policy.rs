//! The named whole: options that every key's policy shares, and what they amount to together.

use std::fmt::{self, Debug};
use std::sync::OnceLock;

use super::key::label;
use super::map::KeyedInstance;
use super::map::Map;
use super::{Key, PerKey};
use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::check;
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
use crate::name::Name;
use crate::name::{Identity, Origin};
use crate::rate_limit::{RateLimitConfig, RateLimiter};

/// Enough for hosts and tenants; a few megabytes of breakers.
const MAX_KEYS: u32 = 10_000;
/// How many keys a snapshot names.
const TOP: usize = 10;

/// One policy per key (host, tenant, user), all with the same options, made when a key is first seen.
///
/// The number of keys is bounded. When one more comes, the least recently used goes that is at rest (a closed circuit,
/// an unused limit); if none is, the least recently used; never one with a call in flight, so that the bound may be
/// exceeded while more calls than `max_keys` are. Known keys are found without allocation.
///
/// ```
/// use resilience::{CircuitBreaker, CircuitBreakerConfig, Keyed, Rejection};
///
/// static HOSTS: Keyed<CircuitBreaker> =
///     Keyed::<CircuitBreaker>::new("hosts", CircuitBreakerConfig::new()).max_keys(1_000);
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let answer = HOSTS.get("db-7").call(async { Ok::<_, Rejection>("hello") }).await;
/// assert_eq!(answer.unwrap(), "hello");
/// assert_eq!(HOSTS.len(), 1);
/// # }
/// ```
pub struct Keyed<P: PerKey> {
    identity: Identity,
    config: P::Config,
    max_keys: u32,
    map: OnceLock<Map<P>>,
}

/// What all keys of a [`Keyed`] amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct KeyedTotals {
    /// How many keys there are.
    pub keys: usize,
    /// How many of them are not at rest: open circuits, limits in use.
    pub troubled: usize,
    /// How many keys had to go.
    pub evicted: u64,
    /// The keys that deserve most attention, the worst first; at most ten.
    pub top: Vec<KeySnapshot>,
}

/// One key that deserves attention.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct KeySnapshot {
    /// The key, as `Debug` shows it.
    pub key: String,
    /// How it is, in a line.
    pub status: String,
}

/// Constructors for each kind, with the checks of its options.
macro_rules! kinds {
    ($($policy:ty, $config:ty;)*) => {
        $(
            impl Keyed<$policy> {
                /// No key yet, under an explicit name.
                ///
                /// # Panics
                /// When options contradict each other; in a `static` that is a compile error.
                #[must_use]
                #[track_caller]
                pub const fn new(name: &'static str, config: $config) -> Self {
                    Self::declared(Identity::new(name, Origin::Explicit), config)
                }

                #[doc(hidden)]
                #[must_use]
                #[track_caller]
                pub const fn declared(identity: Identity, config: $config) -> Self {
                    check::no_problem(config.problem());
                    Self { identity, config, max_keys: MAX_KEYS, map: OnceLock::new() }
                }
            }
        )*
    };
}

kinds! {
    CircuitBreaker, CircuitBreakerConfig;
    Bulkhead, BulkheadConfig;
    RateLimiter, RateLimitConfig;
}

impl<P: PerKey> Keyed<P> {
    /// How many keys are kept (≥ 1, default 10 000).
    #[must_use]
    #[track_caller]
    pub const fn max_keys(mut self, keys: u32) -> Self {
        self.max_keys = check::count(keys);
        self
    }

    /// What it is called; so is each key's policy.
    pub fn name(&self) -> Name {
        self.identity.name()
    }

    /// The options of each key's policy.
    pub fn config(&self) -> &P::Config {
        &self.config
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The key's policy; a new one, if the key is new.
    #[inline]
    pub fn get<K: Key + ?Sized>(&self, key: &K) -> KeyedInstance<'_, P, K::Owned> {
        self.map().get(key)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.map.get().map_or(0, Map::len)
    }

    /// Whether no key was seen yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    pub(super) fn map(&self) -> &Map<P> {
        self.map
            .get_or_init(|| Map::new(P::model(self.identity.of_key(), &self.config), self.max_keys))
    }

    pub(crate) fn sum(&self) -> P::Sum {
        self.map.get().map(Map::sum).unwrap_or_default()
    }

    /// What all keys amount to. It looks at each of them.
    pub fn totals(&self) -> KeyedTotals {
        let mut totals = KeyedTotals { keys: self.len(), troubled: 0, evicted: 0, top: Vec::new() };
        let Some(map) = self.map.get() else { return totals };
        let mut worst = Vec::new();
        map.for_each(|key, policy| {
            totals.troubled += usize::from(!P::is_at_rest(policy));
            note::<P>(&mut worst, key, policy);
        });
        totals.evicted = map.evicted();
        totals.top = worst.into_iter().map(|(_, snapshot)| snapshot).collect();
        totals
    }
}

impl Keyed<CircuitBreaker> {
    /// The states that keys are in, each once.
    #[cfg(feature = "axum")]
    pub(crate) fn states(&self) -> Vec<crate::CircuitState> {
        let mut states = Vec::new();
        if let Some(map) = self.map.get() {
            map.for_each(|_, breaker| {
                let state = breaker.state();
                if !states.contains(&state) {
                    states.push(state);
                }
            });
        }
        states
    }
}

/// Keeps the `TOP` worst, the worst first.
fn note<P: PerKey>(worst: &mut Vec<(u64, KeySnapshot)>, key: &dyn Debug, policy: &P::Kept) {
    let trouble = P::trouble(policy);
    let place = worst.partition_point(|(other, _)| *other >= trouble);
    if trouble > 0 && place < TOP {
        let snapshot = KeySnapshot { key: label(key), status: P::describe(policy) };
        worst.truncate(TOP - 1);
        worst.insert(place, (trouble, snapshot));
    }
}

impl<P: PerKey> Debug for Keyed<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyed")
            .field("name", &self.name())
            .field("keys", &self.len())
            .finish_non_exhaustive()
    }
}

crate::name::listable!(Keyed<CircuitBreaker>, CircuitBreaker, identity);
crate::name::listable!(Keyed<Bulkhead>, Bulkhead, identity);
crate::name::listable!(Keyed<RateLimiter>, RateLimiter, identity);
