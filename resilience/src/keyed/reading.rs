//! What all keys of a policy amount to, read page by page while calls go on.

use super::scan::{AggregateScan, KeyPages, TotalsScan};
use super::{Keyed, PerKey};

/// What all keys of a [`Keyed`] amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct KeyedTotals {
    /// How many keys there are.
    pub keys: usize,
    /// How many of them are not idle: open circuits, limits in use.
    pub troubled: usize,
    /// How many keys were evicted.
    pub evicted: u64,
    /// The keys that deserve most attention, the worst first; at most ten.
    pub top: Vec<KeySnapshot>,
}

/// One key that deserves attention.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct KeySnapshot {
    /// The key: its `Display` if it is a text, else its `Debug`.
    pub key: String,
    /// How it is, in a line.
    pub status: String,
}

impl<P: PerKey> Keyed<P> {
    /// The keys with their policies, in pages: they are listed while calls go on, and none is made or used by it.
    ///
    /// ```
    /// use resilience::{CircuitBreaker, CircuitBreakerConfig, Keyed};
    ///
    /// let hosts = Keyed::<CircuitBreaker>::new("hosts", CircuitBreakerConfig::new());
    /// hosts.get("db-7").force_open();
    /// let mut open = Vec::new();
    /// let mut pages = hosts.pages();
    /// while pages.next(|host, breaker| open.push(format!("{host} is {}", breaker.state()))) {}
    /// assert_eq!(open, ["db-7 is forced-open"]);
    /// ```
    pub fn pages(&self) -> KeyPages<'_, P> {
        KeyPages::new(self.map.get())
    }

    /// Shows the policy of each key whose text this is, and says whether there is one. It makes none and looks at every
    /// key, page by page.
    ///
    /// ```
    /// use resilience::{CircuitBreaker, CircuitBreakerConfig, CircuitState, Keyed};
    ///
    /// let hosts = Keyed::<CircuitBreaker>::new("hosts", CircuitBreakerConfig::new());
    /// hosts.get("db-7");
    /// assert!(hosts.with_key("db-7", CircuitBreaker::force_open));
    /// assert!(!hosts.with_key("db-8", CircuitBreaker::force_open));
    /// assert_eq!(hosts.get("db-7").state(), CircuitState::ForcedOpen);
    /// ```
    pub fn with_key(&self, text: &str, mut see: impl FnMut(&P::Instance)) -> bool {
        let (mut pages, mut found) = (self.pages(), false);
        while pages.next(|key, policy| {
            if key == text {
                found = true;
                see(policy);
            }
        }) {}
        found
    }

    /// Begins to add up what all keys have counted.
    pub(crate) fn scan_aggregate(&self) -> AggregateScan<'_, P> {
        AggregateScan::new(self.map.get())
    }

    /// Begins to read what all keys amount to.
    pub(crate) fn scan_totals(&self) -> TotalsScan<'_, P> {
        TotalsScan::new(self.map.get())
    }

    /// What all keys have counted, in one go.
    #[cfg(test)]
    pub(crate) fn aggregate(&self) -> P::Aggregate {
        let mut scan = self.scan_aggregate();
        while scan.step() {}
        scan.finish()
    }

    /// What all keys amount to. It looks at each of them, in pieces: no call waits for it.
    pub fn totals(&self) -> KeyedTotals {
        let mut scan = self.scan_totals();
        while scan.step() {}
        scan.finish()
    }
}
