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

    /// How many tokens are held, and still good.
    pub(crate) fn leased(&self) -> u64 {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock::counter();
        let good = |word: Arc<AtomicU64>| Tokens::from_bits(word.load(Relaxed)).good(now);
        words.iter().filter_map(Weak::upgrade).map(|word| u64::from(good(word))).sum()
    }
}
