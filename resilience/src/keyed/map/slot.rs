//! A place in a table: the key that is in it, with its policy, and what others must know of it.

use std::fmt::{self, Debug};
use std::ops::Deref;

use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::CircuitBreaker;
use crate::keyed::instance::PerKey;
use crate::keyed::key::{self, Key};
use crate::rate_limit::RateLimiter;
use crate::stack::PolicyRef;
use crate::sync::{AtomicU32, Ordering::Relaxed, RwLock, RwLockReadGuard};

/// Who reads the content holds it: a writer, who would put another key in its place, is turned away. Nobody ever waits
/// for this lock.
// In this order and so aligned, the record and the lock lie in one line of the processor's cache.
#[repr(C, align(16))]
pub(in crate::keyed) struct Slot<O, P: PerKey> {
    pub(in crate::keyed) record: Record,
    content: RwLock<Option<Content<O, P>>>,
}

pub(in crate::keyed) struct Content<O, P: PerKey> {
    pub(in crate::keyed) key: O,
    pub(in crate::keyed) policy: P::Instance,
}

impl<O, P: PerKey> Slot<O, P> {
    pub(in crate::keyed) fn vacant() -> Self {
        Self { record: Record::default(), content: RwLock::new(None) }
    }

    /// What is in it, held.
    #[inline]
    pub(in crate::keyed) fn hold(&self) -> Option<KeyedInstance<'_, P, O>> {
        self.content.try_read().filter(|content| content.is_some()).map(KeyedInstance)
    }

    /// The key's policy, if it is this key's place.
    #[inline]
    pub(in crate::keyed) fn look_for<K>(&self, tag: Tag, key: &K) -> Option<KeyedInstance<'_, P, O>>
    where
        K: Key<Owned = O> + ?Sized,
    {
        if !self.record.has(tag) {
            return None;
        }
        self.hold().filter(|instance| key::is(instance.key(), key))
    }

    /// Puts a key into a vacant place, unless a reader is there who comes too late for the one before.
    pub(in crate::keyed) fn fill(
        &self,
        content: Content<O, P>,
    ) -> Result<KeyedInstance<'_, P, O>, Content<O, P>> {
        match self.content.try_write() {
            None => Err(content),
            Some(mut place) => {
                *place = Some(content);
                Ok(KeyedInstance(place.downgrade()))
            }
        }
    }

    /// Takes the key out, unless somebody holds it or `may` says no.
    pub(in crate::keyed) fn take(
        &self,
        may: impl FnOnce(&P::Instance) -> bool,
    ) -> Taken<Content<O, P>> {
        match self.content.try_write() {
            None => Taken::Held,
            Some(mut place) => match place.take_if(|content| may(&content.policy)) {
                None => Taken::Refused,
                Some(content) => Taken::Out(content),
            },
        }
    }
}

/// What became of taking a key out.
pub(in crate::keyed) enum Taken<T> {
    Held,
    Refused,
    Out(T),
}

impl<T> Taken<T> {
    pub(in crate::keyed) fn map<U>(self, change: impl FnOnce(T) -> U) -> Taken<U> {
        match self {
            Self::Held => Taken::Held,
            Self::Refused => Taken::Refused,
            Self::Out(value) => Taken::Out(change(value)),
        }
    }
}

/// What is known of a place without a look into it. Written under the map's lock, but for the time of use.
#[derive(Default)]
pub(in crate::keyed) struct Record {
    /// When its key was last asked for: the low half of [`Recency`](super::recency::Recency)'s time.
    used: AtomicU32,
    /// The [`Tag`] of its key, none if it is vacant; [`ASIDE`]; and [`REACH`].
    mark: AtomicU32,
}

/// Its key was passed over by eviction, and nobody has asked for it since.
const ASIDE: u32 = 0x80;
/// Of those keys that are looked for from here on, how many strides away the farthest is; or that it may be anywhere.
const REACH: u32 = 0x7F;
/// So many places.
const STRIDE: usize = 4;
const TAG: u32 = !0xFF;

/// The upper part of a key's hash: where it is looked for, and how it differs from its neighbours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::keyed) struct Tag(u32);

impl Tag {
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the upper half")]
    pub(in crate::keyed) fn of(hash: u64) -> Self {
        // Never 0, for a key's place to differ from a vacant one.
        Self(((hash >> 32) as u32 & TAG).max(!TAG + 1))
    }

    /// The first of so many places to look at.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "less than the number of places")]
    pub(in crate::keyed) const fn home(self, places: usize) -> usize {
        ((self.0 as u64 * places as u64) >> 32) as usize
    }
}

impl Record {
    /// Whether a key with that tag is in it, or was a moment ago.
    #[inline]
    pub(in crate::keyed) fn has(&self, tag: Tag) -> bool {
        self.mark.load(Relaxed) & TAG == tag.0
    }

    /// That of the key in it.
    pub(in crate::keyed) fn tag(&self) -> Option<Tag> {
        let tag = self.mark.load(Relaxed) & TAG;
        (tag != 0).then_some(Tag(tag))
    }

    pub(in crate::keyed) fn set_tag(&self, tag: Option<Tag>) {
        self.set(TAG | ASIDE, tag.map_or(0, |tag| tag.0));
    }

    #[inline]
    pub(in crate::keyed) fn is_aside(&self) -> bool {
        self.mark.load(Relaxed) & ASIDE != 0
    }

    pub(in crate::keyed) fn set_aside(&self, aside: bool) {
        self.set(ASIDE, if aside { ASIDE } else { 0 });
    }

    /// How many places further on the farthest key is at most that is looked for from here on.
    #[inline]
    pub(in crate::keyed) fn reach(&self) -> usize {
        match self.mark.load(Relaxed) & REACH {
            REACH => usize::MAX,
            strides => strides as usize * STRIDE,
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "at most `REACH`")]
    pub(in crate::keyed) fn set_reach(&self, places: usize) {
        self.set(REACH, places.div_ceil(STRIDE).min(REACH as usize) as u32);
    }

    fn set(&self, part: u32, value: u32) {
        self.mark.store(self.mark.load(Relaxed) & !part | value, Relaxed);
    }

    /// Somebody asks for the key. Leaves memory that others read alone, as far as it can.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the lower half")]
    pub(in crate::keyed) fn touch(&self, now: u64) {
        if self.used.load(Relaxed) != now as u32 {
            self.used.store(now as u32, Relaxed);
        }
    }

    /// Its key comes from another place.
    pub(in crate::keyed) fn succeed(&self, other: &Self, aside: bool) {
        self.used.store(other.used.load(Relaxed), Relaxed);
        self.set_aside(aside);
    }

    /// When it was last asked for. What lies two thousand million steps back is mistaken for later.
    #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "a difference")]
    pub(in crate::keyed) fn used(&self, now: u64) -> u64 {
        // A reader's step may come after `now`.
        let later = self.used.load(Relaxed).wrapping_sub(now as u32) as i32;
        now.wrapping_add_signed(later.into())
    }
}

/// One key's policy, for as long as it is held: meanwhile it is not evicted. It dereferences to the policy.
///
/// `O` is the type of the key as the map owns it: `String` for `str`.
pub struct KeyedInstance<'m, P: PerKey, O>(RwLockReadGuard<'m, Option<Content<O, P>>>);

impl<P: PerKey, O> KeyedInstance<'_, P, O> {
    #[inline]
    fn content(&self) -> &Content<O, P> {
        self.0.as_ref().unwrap_or_else(|| unreachable!("a place that is held isn't vacated"))
    }

    #[inline]
    pub(in crate::keyed) fn key(&self) -> &O {
        &self.content().key
    }
}

impl<P: PerKey, O> Deref for KeyedInstance<'_, P, O> {
    type Target = P::Instance;

    #[inline]
    fn deref(&self) -> &P::Instance {
        &self.content().policy
    }
}

impl<P: PerKey<Instance: Debug>, O> Debug for KeyedInstance<'_, P, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyedInstance").field(&**self).finish()
    }
}

/// For each policy by itself: a key's need not be of the same type as one that stands alone.
macro_rules! policy_refs {
    ($($policy:ty)*) => {
        $(
            impl<'p, O> PolicyRef<'p, <$policy as PerKey>::Instance> for &'p KeyedInstance<'_, $policy, O> {
                #[inline]
                fn policy(self) -> &'p <$policy as PerKey>::Instance {
                    self
                }
            }
        )*
    };
}

policy_refs! { CircuitBreaker Bulkhead RateLimiter }
