//! What is known of a slot without a look inside, in eight bytes.

use crate::sync::{AtomicU32, Ordering::Relaxed};

/// What is known of a slot without a look into it. Written under the map's lock, except for the time of use.
#[derive(Default)]
pub(in crate::keyed) struct Record {
    /// When its key was last asked for: the low half of [`Recency`](super::recency::Recency)'s time.
    used: AtomicU32,
    /// The [`Tag`] of its key, none if it is vacant; the queues it is [`Listed`] in; and [`MAX_PROBE`].
    mark: AtomicU32,
}

/// The evictor's queue that has a candidate for this slot. It outlives the key.
#[derive(Clone, Copy)]
pub(in crate::keyed) enum Listed {
    Idle = 0x80,
    Demoted = 0x40,
}

/// Of the keys whose home is this slot, how many probe steps away the farthest is; all bits: it may be anywhere.
const MAX_PROBE: u32 = 0x3F;
/// So many slots.
const PROBE_STEP: usize = 4;
const TAG: u32 = !0xFF;

/// The upper part of a key's hash: where its probe sequence begins, and how it differs from its neighbours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::keyed) struct Tag(u32);

impl Tag {
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the upper half")]
    pub(in crate::keyed) fn of(hash: u64) -> Self {
        // Never 0, because that marks a vacant slot.
        Self(((hash >> 32) as u32 & TAG).max(!TAG + 1))
    }

    /// The first of so many slots to probe.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "less than the number of slots")]
    pub(in crate::keyed) const fn home(self, slots: usize) -> usize {
        ((self.0 as u64 * slots as u64) >> 32) as usize
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
        self.set(TAG, tag.map_or(0, |tag| tag.0));
    }

    pub(in crate::keyed) fn is_listed(&self, queue: Listed) -> bool {
        self.mark.load(Relaxed) & queue as u32 != 0
    }

    pub(in crate::keyed) fn set_listed(&self, queue: Listed, listed: bool) {
        self.set(queue as u32, if listed { queue as u32 } else { 0 });
    }

    /// Whether its key was found not to be idle, and is no candidate among the idle ones since.
    pub(in crate::keyed) fn is_demoted(&self) -> bool {
        self.is_listed(Listed::Demoted) && !self.is_listed(Listed::Idle)
    }

    /// How many slots past this one the farthest key is at most whose home it is.
    #[inline]
    pub(in crate::keyed) fn max_probe(&self) -> usize {
        match self.mark.load(Relaxed) & MAX_PROBE {
            MAX_PROBE => usize::MAX,
            steps => steps as usize * PROBE_STEP,
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "at most `MAX_PROBE`")]
    pub(in crate::keyed) fn set_max_probe(&self, slots: usize) {
        self.set(MAX_PROBE, slots.div_ceil(PROBE_STEP).min(MAX_PROBE as usize) as u32);
    }

    fn set(&self, part: u32, value: u32) {
        self.mark.store(self.mark.load(Relaxed) & !part | value, Relaxed);
    }

    /// A call asks for the key. Memory that others read is written only if it changes.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "the lower half")]
    pub(in crate::keyed) fn touch(&self, now: u64) {
        if self.used.load(Relaxed) != now as u32 {
            self.used.store(now as u32, Relaxed);
        }
    }

    /// Its key comes from another slot.
    pub(in crate::keyed) fn take_over(&self, other: &Self) {
        self.used.store(other.used.load(Relaxed), Relaxed);
    }

    /// Whether its key was asked for after that time, the last that is known of it.
    #[allow(clippy::cast_possible_truncation, reason = "the lower half")]
    pub(in crate::keyed) fn was_used_since(&self, known: u64) -> bool {
        self.used.load(Relaxed) != known as u32
    }

    /// When it was last asked for. What lies two thousand million steps back is mistaken for later.
    #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "a difference")]
    pub(in crate::keyed) fn used(&self, now: u64) -> u64 {
        // A reader's step may come after `now`.
        let later = self.used.load(Relaxed).wrapping_sub(now as u32) as i32;
        now.wrapping_add_signed(later.into())
    }
}
