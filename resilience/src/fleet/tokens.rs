//! Turns that were granted ahead, and until when they are good, in one word. Pure: time is an argument.

use crate::clock::Nanos;

/// The lower bits count tokens, the upper ones are the end of their time in units of [`UNIT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tokens(u64);

const BITS: u32 = 20;
/// 2^20 ns, about a millisecond.
const UNIT: u32 = 20;

impl Tokens {
    pub(crate) const NONE: Self = Self(0);
    /// So many fit.
    pub(crate) const MOST: u32 = (1 << BITS) - 1;

    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(crate) const fn bits(self) -> u64 {
        self.0
    }

    /// How many there are, still good or not.
    #[allow(clippy::cast_possible_truncation, reason = "masked")]
    pub(crate) const fn count(self) -> u32 {
        self.0 as u32 & Self::MOST
    }

    /// Whether their time is over.
    pub(crate) const fn is_over(self, now: Nanos) -> bool {
        self.0 >> BITS <= now >> UNIT
    }

    /// How many are good.
    pub(crate) const fn good(self, now: Nanos) -> u32 {
        if self.is_over(now) { 0 } else { self.count() }
    }

    /// Without those that a call of that cost takes; `None` if they don't suffice.
    pub(crate) const fn take(self, now: Nanos, cost: u32) -> Option<Self> {
        if self.is_over(now) || self.count() < cost {
            return None;
        }
        Some(Self(self.0 - cost as u64))
    }

    /// With more of them. All are good until `end`: that they are few keeps the older ones from being renewed for long.
    pub(crate) fn with(self, now: Nanos, more: u32, end: Nanos) -> Self {
        let count = self.good(now).saturating_add(more).min(Self::MOST);
        Self(end >> UNIT << BITS | u64::from(count))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MS: u64 = 1 << UNIT;

    proptest! {
        /// Whatever comes in which order: no more is taken than was granted, and nothing after its time.
        #[test]
        fn never_more_than_granted(
            steps in prop::collection::vec((0..80_u64, 0..3_u8, 1..40_u32), 1..200),
        ) {
            let (mut tokens, mut now) = (Tokens::NONE, 1_u64 << 61);
            let (mut granted, mut taken, mut end) = (0_u64, 0_u64, 0);
            for (pause, step, number) in steps {
                now += pause * MS;
                if step == 0 {
                    let expired = if tokens.is_over(now) { tokens.count() } else { 0 };
                    granted += u64::from(number);
                    granted -= u64::from(expired);
                    end = now + 50 * MS;
                    tokens = tokens.with(now, number, end);
                } else if let Some(left) = tokens.take(now, number) {
                    prop_assert!(now < end);
                    taken += u64::from(number);
                    tokens = left;
                }
                prop_assert_eq!(granted - taken, u64::from(tokens.count()));
            }
        }
    }

    #[test]
    fn tokens_end_with_their_time() {
        let now = 1 << 61;
        let tokens = Tokens::NONE.with(now, 3, now + 50 * MS);
        assert_eq!(tokens.take(now + 49 * MS, 3).map(Tokens::count), Some(0));
        assert_eq!(tokens.take(now + 49 * MS, 4), None);
        assert_eq!(tokens.take(now + 50 * MS, 1), None);
        assert_eq!((tokens.count(), tokens.good(now + 50 * MS)), (3, 0));
        assert_eq!(tokens.with(now, u32::MAX, now + MS).count(), Tokens::MOST);
    }
}
