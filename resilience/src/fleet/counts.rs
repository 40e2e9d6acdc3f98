//! What came of asking, by policy: the keys of a limit are added up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::tokens::Tokens;
use crate::clock;
use crate::name::Name;
use crate::sync::{AtomicU64, Ordering::Relaxed};

/// What became of a limit's questions, and of its calls while the store did not answer.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) granted: AtomicU64,
    pub(crate) refused: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) local: AtomicU64,
    /// The words that hold tokens, one per key.
    words: Mutex<Vec<Weak<AtomicU64>>>,
}

/// So many words are read under one lock.
const AT_ONCE: usize = 256;

static ALL: Mutex<BTreeMap<Name, Arc<Counts>>> = Mutex::new(BTreeMap::new());

/// Those of the policy of that name.
pub(crate) fn of(policy: Name) -> Arc<Counts> {
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(all.entry(policy).or_default())
}

/// Every policy that has asked, or would have.
pub(crate) fn all() -> Vec<(Name, Arc<Counts>)> {
    let all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    all.iter().map(|(name, counts)| (*name, Arc::clone(counts))).collect()
}

impl Counts {
    /// By outcome, in the words of the metric's label.
    pub(crate) fn outcomes(&self) -> [(&'static str, u64); 4] {
        let Self { granted, refused, failed, local, .. } = self;
        [("granted", granted), ("refused", refused), ("failed", failed), ("local", local)]
            .map(|(word, count)| (word, count.load(Relaxed)))
    }

    /// A word that holds tokens of this policy.
    pub(crate) fn new_word(&self) -> Arc<AtomicU64> {
        let word = Arc::new(AtomicU64::new(Tokens::NONE.bits()));
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        // Those of evicted keys go before the list would grow.
        if words.len() == words.capacity() {
            words.retain(|word| word.strong_count() > 0);
        }
        words.push(Arc::downgrade(&word));
        word
    }

    /// How many tokens are held, and still good. A new key never waits for the whole list; what moves in it meanwhile may be
    /// missed.
    pub(crate) fn leased(&self) -> u64 {
        (0..).step_by(AT_ONCE).map_while(|from| self.leased_from(from)).sum()
    }

    /// Those of the next words; `None` where there are none.
    fn leased_from(&self, from: usize) -> Option<u64> {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock::counter();
        let good = |word: Arc<AtomicU64>| Tokens::from_bits(word.load(Relaxed)).good(now);
        let next = words.get(from..)?.chunks(AT_ONCE).next()?;
        Some(next.iter().filter_map(Weak::upgrade).map(|word| u64::from(good(word))).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_added_up_over_all_keys() {
        let counts = Counts::default();
        assert_eq!(counts.leased(), 0);
        let words: Vec<_> = (0..3 * AT_ONCE + 7).map(|_| counts.new_word()).collect();
        let now = clock::counter();
        for word in &words {
            word.store(Tokens::NONE.with(now, 2, now + 60_000_000_000).bits(), Relaxed);
        }
        assert_eq!(counts.leased(), 2 * words.len() as u64);
        drop(words);
        assert_eq!(counts.leased(), 0);
    }
}
