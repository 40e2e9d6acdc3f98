//! Whether calls wait because of a burst or because of overload. Pure.
//!
//! After Nichols and Jacobson, *Controlling Queue Delay* (2012), as Facebook uses it for servers (Maurer, *Fail at Scale*,
//! 2015): a burst drains, so that some call of an interval hardly waits; under overload none does.

use std::time::Duration;

use crate::clock::{Nanos, span};

/// Longer than a burst takes to drain, shorter than callers' patience.
const INTERVAL: u64 = span(Duration::from_millis(100));

/// What is known of the queue's delay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Delay {
    /// The shortest wait of this interval; none before the first one.
    min: Option<u64>,
    /// When the interval ends. The first one begins with the first wait.
    end: Nanos,
    is_overloaded: bool,
}

impl Delay {
    /// An interval of overload that does not end.
    #[cfg(all(test, any(shuttle, miri)))]
    pub(super) const fn overloaded() -> Self {
        Self { min: None, end: Nanos::MAX, is_overloaded: true }
    }

    /// Ends the interval if it is over: whether the next wait is the first of its own.
    pub(super) fn begin(&mut self, now: Nanos, target: u64) -> bool {
        let is_over = now > self.end;
        if is_over {
            self.is_overloaded = self.min.is_some_and(|min| min > target);
            (self.min, self.end) = (None, now + INTERVAL);
        }
        is_over
    }

    /// A call has waited so long. One that needn't wait has waited for no time.
    pub(super) fn note(&mut self, wait: u64) {
        self.min = Some(self.min.map_or(wait, |min| min.min(wait)));
    }

    /// Whether the interval before this one saw overload.
    pub(super) const fn is_overloaded(&self) -> bool {
        self.is_overloaded
    }

    /// Until when a call that needn't wait changes nothing: it can't make the shortest wait any shorter.
    pub(super) const fn settled_until(&self) -> Nanos {
        match self.min {
            Some(0) => self.end,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;
    const TARGET: u64 = 5 * MS;

    /// One departure at `now`: whether it leaves unserved.
    fn departs(delay: &mut Delay, now_ms: u64, wait_ms: u64) -> bool {
        let is_first = delay.begin(now_ms * MS, TARGET);
        delay.note(wait_ms * MS);
        delay.is_overloaded() && !is_first && wait_ms * MS > 2 * TARGET
    }

    #[test]
    fn short_waits_are_calm() {
        let mut delay = Delay::default();
        for now in 1_000..1_500 {
            assert!(!departs(&mut delay, now, 1));
            assert!(!delay.is_overloaded());
        }
    }

    #[test]
    fn an_interval_of_long_waits_is_overload_from_its_end_on() {
        let mut delay = Delay::default();
        (1_000..=1_100).for_each(|now| assert!(!departs(&mut delay, now, 1)));
        (1_101..=1_201).for_each(|now| assert!(!departs(&mut delay, now, 20), "collecting"));
        assert!(!departs(&mut delay, 1_202, 20), "the first of an interval never leaves");
        assert!(delay.is_overloaded());
        for now in 1_203..1_250 {
            assert!(departs(&mut delay, now, 20));
            assert!(!departs(&mut delay, now, 10), "no longer than twice the target");
        }
    }

    #[test]
    fn one_short_wait_is_calm_from_the_end_of_its_interval_on() {
        let mut delay = Delay::default();
        (1_000..=1_101).for_each(|now| assert!(!departs(&mut delay, now, 20)));
        assert!(delay.is_overloaded());
        assert!(!departs(&mut delay, 1_150, 4));
        assert!(departs(&mut delay, 1_151, 20) && departs(&mut delay, 1_201, 20));
        assert!(!departs(&mut delay, 1_202, 20) && !departs(&mut delay, 1_203, 20));
    }

    #[test]
    fn the_first_interval_begins_with_the_first_wait() {
        let mut delay = Delay::default();
        assert!(!departs(&mut delay, 5_000_000, 20));
        assert!(!delay.is_overloaded());
    }

    #[test]
    fn a_call_that_need_not_wait_settles_the_interval() {
        let mut delay = Delay::default();
        assert_eq!(delay.settled_until(), 0);
        delay.begin(1_000 * MS, TARGET);
        delay.note(0);
        assert_eq!(delay.settled_until(), 1_100 * MS);
        delay.begin(1_101 * MS, TARGET);
        assert_eq!(delay.settled_until(), 0);
    }
}
