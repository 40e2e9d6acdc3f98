//! A slot of an array: the key in it, with its policy, and what is known of it without a look inside.

use std::fmt::{self, Debug};
use std::ops::Deref;

use super::record::{Record, Tag};
use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::CircuitBreaker;
use crate::keyed::instance::PerKey;
use crate::keyed::key::{self, Key};
use crate::rate_limit::RateLimiter;
use crate::stack::PolicyRef;
use crate::sync::{RwLock, RwLockReadGuard};

/// A reader of the content pins it: a writer, which would evict or move the key, fails meanwhile. This lock is only ever
/// tried, never waited for.
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

    /// The key's policy, pinned, if the key is in this slot.
    #[inline]
    pub(in crate::keyed) fn probe<K>(&self, tag: Tag, key: &K) -> Option<KeyedInstance<'_, P, O>>
    where
        K: Key<Owned = O> + ?Sized,
    {
        if !self.record.has(tag) {
            return None;
        }
        self.hold().filter(|instance| key::is(instance.key(), key))
    }

    /// Puts a key into a vacant slot, unless a late reader is still looking at it.
    pub(in crate::keyed) fn fill(
        &self,
        content: Content<O, P>,
    ) -> Result<KeyedInstance<'_, P, O>, Content<O, P>> {
        match self.content.try_write() {
            None => Err(content),
            Some(mut vacant) => {
                *vacant = Some(content);
                Ok(KeyedInstance(vacant.downgrade()))
            }
        }
    }

    /// Takes the key out, unless a call holds it or `may` says no.
    pub(in crate::keyed) fn take(
        &self,
        may: impl FnOnce(&P::Instance) -> bool,
    ) -> Taken<Content<O, P>> {
        match self.content.try_write() {
            None => Taken::Held,
            Some(mut slot) => match slot.take_if(|content| may(&content.policy)) {
                None => Taken::Kept,
                Some(content) => Taken::Out(content),
            },
        }
    }
}

/// What became of taking a key out.
pub(in crate::keyed) enum Taken<T> {
    /// A call holds it.
    Held,
    /// It may not be taken.
    Kept,
    Out(T),
}

impl<T> Taken<T> {
    pub(in crate::keyed) fn out(self) -> Option<T> {
        match self {
            Self::Out(value) => Some(value),
            Self::Held | Self::Kept => None,
        }
    }

    pub(in crate::keyed) fn map<U>(self, change: impl FnOnce(T) -> U) -> Taken<U> {
        match self {
            Self::Held => Taken::Held,
            Self::Kept => Taken::Kept,
            Self::Out(value) => Taken::Out(change(value)),
        }
    }
}

/// One key's policy, for as long as it is held: meanwhile it is not evicted. It dereferences to the policy.
///
/// `O` is the type of the key as the map owns it: `String` for `str`.
pub struct KeyedInstance<'m, P: PerKey, O>(RwLockReadGuard<'m, Option<Content<O, P>>>);

impl<P: PerKey, O> KeyedInstance<'_, P, O> {
    #[inline]
    fn content(&self) -> &Content<O, P> {
        self.0.as_ref().unwrap_or_else(|| unreachable!("a pinned slot isn't vacated"))
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
