//! Retries that begin inside an attempt of another one: counted by pair, and warned of once, because attempts multiply.

use std::collections::BTreeMap;
use std::panic::Location;

use once_cell::race::OnceBox;
use parking_lot::RwLock;

use super::{NestedRetries, Retry};
use crate::ambient::Mark;
use crate::kind::PolicyKind;
use crate::name::{Identity, Name, Origin, declared};
use crate::sync::{AtomicBool, AtomicU64, Ordering};

/// Every retry that has begun a call. A mark holds its number, which counts from 1.
static NUMBERED: RwLock<Numbered> =
    RwLock::new(Numbered { numbers: BTreeMap::new(), retries: Vec::new() });

struct Numbered {
    numbers: BTreeMap<Written, u32>,
    /// Each as it was written, with its attempts.
    retries: Vec<(Written, u32)>,
}

/// What tells retries apart that need not live as long as the program.
type Written = (&'static str, Origin, &'static Location<'static>);

fn written(identity: &Identity) -> Written {
    (identity.written(), identity.origin(), identity.location())
}

/// The number of a retry, which it keeps. 0 when there are too many to tell them apart.
fn number(retry: &Retry) -> u32 {
    let written = written(retry.identity());
    if let Some(number) = NUMBERED.read().numbers.get(&written) {
        return *number;
    }
    let mut all = NUMBERED.write();
    let next = u32::try_from(all.retries.len() + 1).ok().filter(|next| *next < Mark::RETRIES);
    let Some(next) = next else { return 0 };
    let number = *all.numbers.entry(written).or_insert(next);
    if number == next {
        all.retries.push((written, attempts(retry)));
    }
    number
}

fn numbered(number: u32) -> Option<(Written, u32)> {
    NUMBERED.read().retries.get(number as usize - 1).copied()
}

/// Tells those inside how often a retry tries, now that this has changed.
pub(super) fn note_attempts(retry: &Retry) {
    let mut all = NUMBERED.write();
    let number = all.numbers.get(&written(retry.identity())).copied();
    if let Some((_, known)) = number.and_then(|number| all.retries.get_mut(number as usize - 1)) {
        *known = attempts(retry);
    }
}

/// A call begins: it may be the retry's first one, and it may begin inside another retry's attempt.
pub(super) fn notice(retry: &Retry) {
    if !retry.entry.read().is_numbered() {
        retry.entry.number(number(retry));
    }
    if let Some(outer) = Mark::retry_here().filter(|_| attempts(retry) > 1) {
        retry.nested.count(outer, retry);
    }
}

/// The retries that one was seen inside of. No lock: most have one, which is found at once.
#[derive(Default)]
pub(super) struct Nested(OnceBox<Pair>);

struct Pair {
    outer: u32,
    calls: AtomicU64,
    warned: AtomicBool,
    next: Nested,
}

impl Nested {
    pub(super) const fn new() -> Self {
        Self(OnceBox::new())
    }

    #[cold]
    fn count(&self, outer: u32, retry: &Retry) {
        let outer_retry = numbered(outer).filter(|(_, attempts)| *attempts > 1);
        let Some((written, attempts)) = outer_retry else { return };
        let pair = self.pair(outer);
        pair.calls.fetch_add(1, Ordering::Relaxed);
        if !pair.warned.swap(true, Ordering::Relaxed) {
            warn(name(written), retry, attempts);
        }
    }

    fn pair(&self, outer: u32) -> &Pair {
        let mut place = self;
        loop {
            let pair = place.0.get_or_init(|| {
                let (calls, warned) = (AtomicU64::new(0), AtomicBool::new(false));
                Box::new(Pair { outer, calls, warned, next: Self::new() })
            });
            if pair.outer == outer {
                return pair;
            }
            place = &pair.next;
        }
    }

    fn pairs(&self) -> impl Iterator<Item = &Pair> {
        std::iter::successors(self.0.get(), |pair| pair.next.0.get())
    }

    pub(super) fn reset(&self) {
        self.pairs().for_each(|pair| pair.calls.store(0, Ordering::Relaxed));
    }

    /// What was counted, as calls of `retry`.
    pub(super) fn of(&self, retry: &Retry) -> Vec<NestedRetries> {
        let pairs = self.pairs().filter_map(|pair| {
            let (written, outer_attempts) = numbered(pair.outer)?;
            Some(NestedRetries {
                outer: name(written),
                inner: retry.name(),
                calls: pair.calls.load(Ordering::Relaxed),
                attempts_at_most: product(outer_attempts, retry),
            })
        });
        pairs.collect()
    }
}

/// The name as it is shown: a default one may have been told apart from others.
fn name(outer: Written) -> Name {
    let mut retries = declared().filter(|listed| listed.kind() == PolicyKind::Retry);
    let listed = retries.find(|listed| written(listed.identity()) == outer);
    listed.map_or(Name::new(outer.0), |listed| listed.identity().name())
}

fn attempts(retry: &Retry) -> u32 {
    if retry.is_off() { 1 } else { retry.config().attempts }
}

fn product(outer: u32, retry: &Retry) -> u64 {
    u64::from(outer) * u64::from(attempts(retry))
}

fn warn(outer: Name, retry: &Retry, outer_attempts: u32) {
    let product = product(outer_attempts, retry);
    tracing::warn!(
        target: "resilience::retry", event = "nested_retry",
        policy = &*retry.name(), outer = &*outer, attempts = product,
        "this retry begins inside an attempt of the retry `{outer}`: the body may run {product} times; let one of the two \
         retry, or give one a budget"
    );
}
