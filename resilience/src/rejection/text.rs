//! What a rejection says to people.

use std::fmt;
use std::time::Duration;

use super::Rejection;
use crate::name::Name;

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (policy, wait) = (ForCallers(self.name()), rounded(self.retry_after()));
        match self {
            Self::CircuitOpen { retry_after: Some(_), .. } => {
                write!(f, "circuit open, retry in {wait:?} (circuit breaker `{policy}`)")
            }
            Self::CircuitOpen { retry_after: None, .. } => {
                write!(f, "circuit forced open (circuit breaker `{policy}`)")
            }
            Self::BulkheadFull { limit, .. } => {
                write!(f, "{limit} concurrent calls, no more are admitted (bulkhead `{policy}`)")
            }
            Self::RateLimited { retry_after: Some(_), .. } => {
                write!(f, "rate limit exceeded, retry in {wait:?} (rate limiter `{policy}`)")
            }
            Self::RateLimited { retry_after: None, .. } => {
                write!(f, "rate limit exceeded by this call alone (rate limiter `{policy}`)")
            }
            Self::TimedOut { after, .. } => {
                write!(f, "timed out after {after:?} (timeout `{policy}`)")
            }
            #[cfg(feature = "test-util")]
            Self::Injected { .. } => write!(f, "a test has injected the fault `{policy}`"),
            Self::DeadlineExceeded { .. } => {
                write!(f, "the deadline had passed before the call began (`{policy}`)")
            }
        }
    }
}

/// A policy's name as callers see it: a default name without its module path, which is the program's own business.
struct ForCallers(Name);

impl fmt::Display for ForCallers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.as_str();
        match name.rsplit_once("::") {
            Some((_, item)) if self.0.is_default() => f.write_str(item),
            _ => self.0.fmt(f),
        }
    }
}

/// A wait of seconds to the millisecond, which is as precisely as timers end: rounded up, so that none ends too early.
fn rounded(wait: Option<Duration>) -> Duration {
    let wait = wait.unwrap_or_default();
    if wait < Duration::from_secs(1) {
        return wait;
    }
    let millis = wait.as_nanos().div_ceil(1_000_000);
    millis.try_into().map_or(wait, Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "test-util")]
    #[test]
    fn an_injected_fault_says_that_it_is_one_of_a_test() {
        let rejection = Rejection::Injected { policy: Name::new("outage") };
        assert_eq!(rejection.to_string(), "a test has injected the fault `outage`");
        assert_eq!((rejection.kind().as_str(), rejection.policy()), ("injected", "outage"));
    }

    #[test]
    fn names_the_policy_and_the_wait() {
        let wait = Some(Duration::from_millis(9_999));
        let rejection = Rejection::CircuitOpen { policy: Name::new("payments"), retry_after: wait };
        assert_eq!(
            rejection.to_string(),
            "circuit open, retry in 9.999s (circuit breaker `payments`)"
        );
        assert_eq!(rejection.policy(), "payments");
        assert_eq!(rejection.retry_after(), wait);
    }

    #[test]
    fn a_wait_of_seconds_is_told_to_the_millisecond() {
        let told = |nanos| rounded(Some(Duration::from_nanos(nanos)));
        assert_eq!(told(3_599_999_993_109), Duration::from_secs(3_600));
        assert_eq!(told(1_000_000_001), Duration::from_millis(1_001));
        assert_eq!(told(999_999_999), Duration::from_nanos(999_999_999));
        assert_eq!(rounded(Some(Duration::MAX)), Duration::MAX);
    }
}
