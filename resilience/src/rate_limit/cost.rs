//! How many turns a call takes.

use super::gcra::Gcra;

/// The cost of a call. One that costs a single turn carries no number.
pub trait Cost: Copy + Unpin {
    /// In turns.
    fn turns(self) -> u32;

    /// What it adds to the theoretical arrival time; `None` when it exceeds a whole burst.
    fn weight(self, gcra: Gcra) -> Option<u64>;
}

/// A single turn: it fits any burst.
#[derive(Clone, Copy, Debug)]
pub struct One;

impl Cost for One {
    #[inline]
    fn turns(self) -> u32 {
        1
    }

    #[inline]
    fn weight(self, gcra: Gcra) -> Option<u64> {
        Some(gcra.weight(1))
    }
}

impl Cost for u32 {
    #[inline]
    fn turns(self) -> u32 {
        self
    }

    #[inline]
    fn weight(self, gcra: Gcra) -> Option<u64> {
        let weight = gcra.weight(self.into());
        gcra.holds(weight).then_some(weight)
    }
}
