//! How many calls are in flight and how many wait, in one word: the arithmetic. Pure.

/// In flight in the lower half; the upper one is what the queued subtract. So a call waits exactly when the whole,
/// seen as signed, is negative: the one question of a call that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slots(u64);

impl Slots {
    /// What one call in flight adds.
    pub(super) const IN_FLIGHT: u64 = 1;
    /// What a call adds that leaves: minus one. As a sum, its test becomes part of the one instruction that stores it.
    pub(super) const LEAVING: u64 = u64::MAX;
    /// What one waiting call subtracts.
    pub(super) const QUEUED: u64 = 1 << 32;

    #[inline]
    pub(super) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    #[inline]
    pub(super) const fn bits(self) -> u64 {
        self.0
    }

    #[allow(clippy::cast_possible_truncation, reason = "that half is meant")]
    #[inline]
    pub(super) const fn in_flight(self) -> u32 {
        self.0 as u32
    }

    #[inline]
    pub(super) const fn queued(self) -> u32 {
        ((self.0 >> 32) as u32).wrapping_neg()
    }

    #[inline]
    #[allow(clippy::cast_possible_wrap, reason = "the sign is meant")]
    pub(super) const fn is_queued_for(self) -> bool {
        (self.0 as i64) < 0
    }

    /// One less in flight.
    #[inline]
    pub(super) const fn exit(self) -> Self {
        Self(self.0.wrapping_add(Self::LEAVING))
    }

    /// One more in flight; `None` without a free slot, or while others wait: no call overtakes them. A `limit` is a `u32`.
    #[inline]
    pub(super) fn enter(self, limit: u64) -> Option<Self> {
        // An empty queue leaves the word equal to the number in flight.
        (self.0 < limit).then_some(Self(self.0 + Self::IN_FLIGHT))
    }

    /// One more in flight, past less important ones that wait; `None` without a free slot.
    pub(super) fn overtake(self, limit: u32) -> Option<Self> {
        (self.in_flight() < limit).then(|| Self(self.0.wrapping_add(Self::IN_FLIGHT)))
    }

    /// One more that waits; `None` when the queue is full.
    pub(super) fn join(self, longest_queue: u32) -> Option<Self> {
        (self.queued() < longest_queue).then(|| Self(self.0.wrapping_sub(Self::QUEUED)))
    }

    /// A free slot goes to one that waits; `None` without either.
    pub(super) fn hand_over(self, limit: u32) -> Option<Self> {
        let possible = self.is_queued_for() && self.in_flight() < limit;
        possible.then(|| Self(self.0.wrapping_add(Self::QUEUED + Self::IN_FLIGHT)))
    }
}
