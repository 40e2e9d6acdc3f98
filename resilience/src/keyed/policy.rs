//! The named whole: options that every key's policy shares, and what they amount to together.

use std::fmt::{self, Debug};
use std::sync::OnceLock;

use super::map::{KeyedInstance, Map};
use super::shown::{Shown, by_debug};
use super::{Key, PerKey};
use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::check;
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
use crate::current::{Configured, Current, ModeCell};
use crate::mode::Mode;
use crate::name::{AnyPolicy, Identity, Name, Origin};
use crate::rate_limit::{RateLimitConfig, RateLimiter};

/// Enough for hosts and tenants; a few megabytes of breakers.
const MAX_KEYS: u32 = 10_000;

/// One policy per key (host, tenant, user), all with the same options, made when a key is first seen.
///
/// **Eviction:** the number of keys is bounded by [`max_keys`](Self::max_keys). A new key that is one too many evicts the
/// least recently used idle one (a closed circuit, an unused limit, an empty bulkhead); if none is idle, the least recently
/// used of the others; never one that a call holds or that is forced open or closed, so that the bound is exceeded while
/// there are more of these than `max_keys`. An evicted key that comes again begins as new; what it counted stays in the totals. The order is exact in maps
/// of up to about a hundred keys, nearly so in larger ones: the work per new key is bounded, whatever state the keys are in.
///
/// **Cost:** known keys are found without a lock and without allocation; a new one allocates, and takes a lock for a few
/// microseconds at most. Memory is kept when keys are evicted: 48 bytes per rate limit under a `u64`, some hundred per
/// circuit breaker, and about 16 for the order of eviction.
///
/// **Cancellation:** what [`get`](Self::get) returns holds the key until it is dropped, with the call or before.
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
    pub(super) identity: Identity,
    pub(super) config: Current<P::Config>,
    pub(super) mode: ModeCell,
    max_keys: u32,
    pub(super) map: OnceLock<Map<P>>,
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
                    check::assert_valid(config.validate());
                    Self {
                        identity,
                        config: Current::new(config),
                        mode: ModeCell::new(),
                        max_keys: MAX_KEYS,
                        map: OnceLock::new(),
                    }
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
    ///
    /// Choose more than are in use at a time: then new keys are evicted for new keys, not those that are in use.
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

    /// The options in force of each key's policy.
    pub fn config(&self) -> &P::Config {
        self.config.get()
    }

    /// The bound on the number of keys, where it isn't the default.
    #[cfg(feature = "test-util")]
    pub(crate) fn own_max_keys(&self) -> Option<u32> {
        (self.max_keys != MAX_KEYS).then_some(self.max_keys)
    }

    pub(crate) fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The key's policy; a new one, if the key is new.
    ///
    /// Snapshots and admin routes show a text as it is, and any other key by `Debug`; of the keys of an attribute also
    /// those by `Display` that have it.
    #[inline]
    pub fn get<K: Key + ?Sized>(&self, key: &K) -> KeyedInstance<'_, P, K::Owned> {
        self.map().get(key, by_debug)
    }

    /// The same; `shown` shows keys of this type, if it is the first one of its type.
    #[doc(hidden)]
    #[inline]
    pub fn get_shown<K: Key + ?Sized>(
        &self,
        key: &K,
        shown: Shown<K::Owned>,
    ) -> KeyedInstance<'_, P, K::Owned> {
        self.map().get(key, shown)
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
        self.map.get().unwrap_or_else(|| self.make_map())
    }

    #[cold]
    fn make_map(&self) -> &Map<P> {
        let declared = self.config.declared();
        let map = self
            .map
            .get_or_init(|| Map::new(P::template(self.identity.of_key(), declared), self.max_keys));
        // After it can be seen: a change in this moment either finds the map, or is found here.
        let _ = self.config.in_turn(|| self.spread());
        map
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

/// What its keys have counted is read in pieces, by [`Keyed::scan_aggregate`].
impl<P: PerKey> AnyPolicy for Keyed<P>
where
    Self: Configured,
{
    fn outcomes(&self, _: &mut dyn FnMut(&'static str, u64)) {}

    fn activity(&self) -> Option<[u64; 2]> {
        None
    }

    fn mode(&self) -> Option<Mode> {
        Some(self.mode())
    }

    fn reset(&self) {
        Self::reset(self);
    }

    #[cfg(feature = "test-util")]
    fn renew(&self) {
        crate::current::renew(self);
        self.clear();
    }
}

crate::name::listable!(Keyed<CircuitBreaker>, CircuitBreaker, identity);
crate::name::listable!(Keyed<Bulkhead>, Bulkhead, identity);
crate::name::listable!(Keyed<RateLimiter>, RateLimiter, identity);
