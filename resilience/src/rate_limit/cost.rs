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

/// A number of turns as an attribute's `cost` has it.
#[diagnostic::on_unimplemented(
    message = "`cost` is a count, and `{Self}` is none",
    label = "an integer says how many turns the call takes"
)]
pub trait IntoCost {
    /// The nearest count of turns.
    fn into_cost(self) -> u32;
}

macro_rules! into_cost {
    ($($number:ty)*) => {
        $(
            impl IntoCost for $number {
                #[inline]
                fn into_cost(self) -> u32 {
                    // Only what is above the range, or below zero, doesn't fit.
                    #[allow(unused_comparisons, reason = "only signed numbers can be below zero")]
                    let beyond = if self < 0 { 0 } else { u32::MAX };
                    u32::try_from(self).unwrap_or(beyond)
                }
            }
        )*
    };
}

into_cost! { u8 u16 u32 u64 usize i8 i16 i32 i64 isize }

/// The cost of a call, computed before its body starts.
#[inline]
pub fn cost(cost: impl IntoCost) -> u32 {
    cost.into_cost()
}
