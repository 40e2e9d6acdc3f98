//! A key's own code runs under no lock, its `Eq` aside.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
use crate::keyed::Keyed;

/// A key that asks for the whole map's figures whenever its own code runs outside a look-up's comparison.
#[derive(PartialEq, Eq)]
struct Nosy(u32);

static NOSY: Keyed<CircuitBreaker> =
    Keyed::<CircuitBreaker>::new("nosy", CircuitBreakerConfig::new()).max_keys(2);

impl Nosy {
    fn ask() {
        assert!(NOSY.totals().keys <= 2 && NOSY.aggregate().totals.requests == 0);
    }
}

impl std::hash::Hash for Nosy {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        Self::ask();
        self.0.hash(state);
    }
}

impl Clone for Nosy {
    fn clone(&self) -> Self {
        Self::ask();
        Self(self.0)
    }
}

impl std::fmt::Debug for Nosy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        assert!(NOSY.len() <= 2);
        f.write_str("nosy")
    }
}

static DROPPED: AtomicU32 = AtomicU32::new(0);

impl Drop for Nosy {
    fn drop(&mut self) {
        Self::ask();
        DROPPED.fetch_add(1, Relaxed);
    }
}

#[test]
#[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
fn a_keys_own_code_may_ask_the_map() {
    (0..3_000).for_each(|key| drop(NOSY.get(&Nosy(key))));
    NOSY.get(&Nosy(2_999)).force_open();
    assert_eq!(NOSY.totals().top[0].key, "nosy");
    assert_eq!(NOSY.totals().evicted, 2_998);
    assert_eq!(
        DROPPED.load(Relaxed),
        3_001 + 2_998,
        "those that were asked with, and those that had to go"
    );
}
