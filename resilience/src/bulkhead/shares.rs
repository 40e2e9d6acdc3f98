//! How many calls may be in flight for a call of each priority to be admitted. Pure.

use crate::ambient::Priority;

/// How much of the limit calls of each priority may fill, together with all others.
pub(super) const SHARES: [f64; 4] = [0.7, 0.85, 1.0, 1.0];

/// The limit for each priority, in whole calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits([u32; 4]);

impl Limits {
    /// No call is rejected.
    pub(super) const NONE: Self = Self::even(u32::MAX);

    /// The same for every priority.
    pub(super) const fn even(limit: u32) -> Self {
        Self([limit; 4])
    }

    /// Of `limit`, each priority's share.
    pub(super) const fn of(limit: u32, shares: &[f64; 4]) -> Self {
        let [first, second, third, last] = *shares;
        Self([
            filled(limit, first),
            filled(limit, second),
            filled(limit, third),
            filled(limit, last),
        ])
    }

    /// What a call of that priority looks at.
    pub(super) const fn get(self, priority: Priority) -> u32 {
        self.0[priority as usize]
    }
}

/// How many calls fill `share` of `limit`: the least number whose part of it is not below the share. The division is
/// exact for decimal literals, where the product is not.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most the limit")]
const fn filled(limit: u32, share: f64) -> u32 {
    let mut calls = ((share * limit as f64) as u32).saturating_sub(1);
    while calls < limit && (calls as f64 / limit as f64) < share {
        calls += 1;
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_twenty_calls_fourteen_are_sheddable_and_seventeen_sheddable_plus() {
        assert_eq!(Limits::of(20, &SHARES), Limits([14, 17, 20, 20]));
    }

    #[test]
    fn a_single_slot_is_for_every_priority() {
        assert_eq!(Limits::of(1, &SHARES), Limits::even(1));
        assert_eq!(Limits::of(2, &SHARES), Limits([2, 2, 2, 2]));
        assert_eq!(Limits::of(0, &SHARES), Limits::even(0));
    }

    #[test]
    fn shares_are_decimal_fractions() {
        for limit in 1..=2_000_u32 {
            for percent in 1..=100 {
                let expected = (limit * percent).div_ceil(100);
                assert_eq!(
                    filled(limit, f64::from(percent) / 100.0),
                    expected,
                    "{percent} % of {limit}"
                );
            }
        }
        assert_eq!(filled(u32::MAX, 1.0), u32::MAX);
    }
}
