//! How long a call with retries takes at most.

use std::time::Duration;

use super::jitter::decorrelated;
use super::{Jitter, RetryConfig};

/// Delays are added up one by one so far; those after them count as the longest.
const ONE_BY_ONE: u32 = 1_000;

impl RetryConfig {
    /// How long a call takes at most, where an attempt takes `inner` (`None`: without bound): all attempts, and the
    /// delays between them without jitter's reduction. No attempt begins after `max_elapsed`. What a failure asks for by
    /// `retry_after` is left out: it is not known before it happens.
    pub(crate) fn worst_case(&self, inner: Option<Duration>) -> Option<Duration> {
        let inner = inner?;
        let whole = inner.saturating_mul(self.attempts).saturating_add(self.delays_at_most());
        let last = self.max_elapsed.map(|elapsed| elapsed.saturating_add(inner));
        Some(last.map_or(whole, |last| whole.min(last)))
    }

    /// All delays together.
    pub(crate) fn delays_at_most(&self) -> Duration {
        let delays = self.attempts - 1;
        let one_by_one = delays.min(ONE_BY_ONE);
        let first = (0..one_by_one).map(|step| self.delay_at_most(step));
        let rest = self.delay_at_most(delays).saturating_mul(delays - one_by_one);
        first.fold(rest, Duration::saturating_add)
    }

    /// The delays between attempts before chance changes them, as many as anyone would look at.
    #[cfg(feature = "overrides")]
    pub(crate) fn delays(&self) -> Vec<Duration> {
        let (base, longest) = (self.delay, self.longest_delay());
        let steps = 0..self.attempts.min(ONE_BY_ONE) - 1;
        steps.map(|step| self.backoff.delay(base, self.factor, step, longest)).collect()
    }

    /// The longest delay after attempt `step`, which counts from 0.
    fn delay_at_most(&self, step: u32) -> Duration {
        let longest = self.longest_delay();
        match self.jitter {
            Jitter::Decorrelated => decorrelated(self.delay, step, 1.0, 0.0, longest),
            Jitter::Full | Jitter::Equal | Jitter::None => {
                self.backoff.delay(self.delay, self.factor, step, longest)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retry::Backoff;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn attempts_and_the_delays_between_them() {
        let ten = Some(seconds(10));
        let retry = RetryConfig::new();
        assert_eq!(retry.worst_case(ten), Some(Duration::from_millis(30_300)));
        assert_eq!(retry.worst_case(None), None);
        assert_eq!(retry.max_elapsed(seconds(12)).worst_case(ten), Some(seconds(22)));
        assert_eq!(RetryConfig::new().attempts(1).worst_case(ten), ten);
    }

    #[test]
    fn many_attempts_are_added_up_at_once() {
        let fixed = RetryConfig::new().attempts(u32::MAX).backoff(Backoff::Fixed).delay(seconds(1));
        assert_eq!(fixed.delays_at_most(), seconds(u64::from(u32::MAX) - 1));
        let grown = RetryConfig::new().attempts(5_001);
        let first = Duration::from_millis(100 + 200 + 400 + 800 + 1_600 + 3_200 + 6_400);
        assert_eq!(grown.delays_at_most(), first + seconds(10 * (5_000 - 7)));
    }

    #[test]
    fn chance_adds_no_more() {
        let spread = RetryConfig::new().attempts(6).jitter(Jitter::Decorrelated);
        let (delay, longest) = (Duration::from_millis(100), seconds(10));
        for r in [0.0, 0.3, 0.999] {
            let delays = (0..5).map(|step| decorrelated(delay, step, r, 0.999 - r, longest));
            assert!(delays.sum::<Duration>() <= spread.delays_at_most());
        }
    }
}
