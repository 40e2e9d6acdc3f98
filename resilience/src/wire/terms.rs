//! What a server believes of a request's headers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::http::HeaderMap;

use super::names::{ATTEMPT, PRIORITY};
use super::time_left::{claimed, whole_number};
use crate::ambient::Priority;
use crate::kind::PolicyKind;
use crate::name::Name;
use crate::rejection::Rejection;
use crate::stack::event;

/// What the rejections of requests name.
pub(super) const INBOUND: &str = "inbound";

/// Less time than this is not worth the beginning.
const MIN: Duration = Duration::from_millis(5);

/// Whether to believe what a request says about itself, by its headers.
pub(crate) type Trust = Arc<dyn Fn(&HeaderMap) -> bool + Send + Sync>;

/// Which of a request's claims count.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) at_most: Option<Duration>,
    pub(crate) min: Duration,
    pub(crate) ignore_deadline: bool,
    /// None: neither the number of the attempt nor the priority is believed.
    pub(crate) trust: Option<Trust>,
    pub(crate) demote_retries: bool,
}

/// What is believed of one request.
pub(crate) struct Believed {
    pub(super) limit: Option<Duration>,
    pub(super) attempt: Option<u32>,
    pub(super) priority: Option<Priority>,
}

impl Terms {
    pub(crate) const DEFAULT: Self = Self {
        at_most: None,
        min: MIN,
        ignore_deadline: false,
        trust: None,
        demote_retries: false,
    };

    /// Judges a request by its headers.
    pub(crate) fn believe(&self, headers: &HeaderMap) -> Result<Believed, Rejection> {
        let claimed = if self.ignore_deadline { None } else { claimed(headers) };
        if claimed.is_some_and(|left| left < self.min) {
            return Err(too_late());
        }
        let limit = [claimed, self.at_most].into_iter().flatten().min();
        if !self.trust.as_ref().is_some_and(|trust| trust(headers)) {
            return Ok(Believed { limit, attempt: None, priority: None });
        }
        let (attempt, priority) = (attempt(headers), priority(headers));
        let is_demoted = self.demote_retries && attempt.is_some_and(|number| number > 1);
        let priority = if is_demoted { Some(less(priority.unwrap_or_default())) } else { priority };
        Ok(Believed { limit, attempt, priority })
    }
}

fn attempt(headers: &HeaderMap) -> Option<u32> {
    let number = whole_number(headers.get(&ATTEMPT)?.as_bytes())?;
    u32::try_from(number).ok().filter(|number| *number > 0)
}

fn priority(headers: &HeaderMap) -> Option<Priority> {
    let value = headers.get(&PRIORITY)?;
    Priority::ALL.into_iter().find(|priority| value == priority.as_str())
}

/// The next less important one.
fn less(priority: Priority) -> Priority {
    Priority::ALL.into_iter().rev().find(|other| *other < priority).unwrap_or(priority)
}

/// By hand: what decides about trust can't be shown.
impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terms")
            .field("at_most", &self.at_most)
            .field("min", &self.min)
            .field("ignore_deadline", &self.ignore_deadline)
            .field("trusts", &self.trust.is_some())
            .field("demote_retries", &self.demote_retries)
            .finish()
    }
}

#[cold]
fn too_late() -> Rejection {
    let rejection = Rejection::DeadlineExceeded { policy: Name::new(INBOUND) };
    event::rejected(PolicyKind::Timeout, &rejection);
    rejection
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(of: &[(&'static str, &str)]) -> HeaderMap {
        of.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn limit(terms: &Terms, value: &str) -> Result<Option<Duration>, Rejection> {
        terms.believe(&headers(&[("grpc-timeout", value)])).map(|believed| believed.limit)
    }

    #[test]
    fn a_deadline_is_believed_up_to_the_cap() {
        let second = Some(Duration::from_secs(1));
        assert_eq!(limit(&Terms::DEFAULT, "1S"), Ok(second));
        let capped = Terms { at_most: second, ..Terms::DEFAULT };
        assert_eq!(limit(&capped, "5S"), Ok(second));
        assert_eq!(limit(&capped, "500m"), Ok(Some(Duration::from_millis(500))));
        assert_eq!(limit(&capped, "nonsense"), Ok(second));
        let deaf = Terms { ignore_deadline: true, ..Terms::DEFAULT };
        assert_eq!(limit(&deaf, "1n"), Ok(None));
    }

    #[test]
    fn a_request_with_too_little_time_is_rejected() {
        assert_eq!(limit(&Terms::DEFAULT, "5m"), Ok(Some(Duration::from_millis(5))));
        let rejection = limit(&Terms::DEFAULT, "4999u").unwrap_err();
        assert_eq!(rejection, Rejection::DeadlineExceeded { policy: Name::new(INBOUND) });
        assert!(limit(&Terms::DEFAULT, "0S").is_err());
        let patient = Terms { min: Duration::from_secs(1), ..Terms::DEFAULT };
        assert!(limit(&patient, "900m").is_err());
    }

    #[test]
    fn only_those_that_are_trusted_say_which_attempt_it_is() {
        let attempt = |terms: &Terms, number| {
            let headers = headers(&[(ATTEMPT.as_str(), number), ("x-mesh", "ours")]);
            terms.believe(&headers).unwrap().attempt
        };
        assert_eq!(attempt(&Terms::DEFAULT, "3"), None);
        let trust: Trust = Arc::new(|headers| headers.contains_key("x-mesh"));
        let trusting = Terms { trust: Some(trust), ..Terms::DEFAULT };
        assert_eq!(attempt(&trusting, "3"), Some(3));
        for hostile in ["0", "-1", "+2", "4294967296", "many", ""] {
            assert_eq!(attempt(&trusting, hostile), None, "{hostile}");
        }
        let distrusting = Terms { trust: Some(Arc::new(|_| false)), ..Terms::DEFAULT };
        assert_eq!(attempt(&distrusting, "3"), None);
    }

    #[test]
    fn repeated_requests_are_demoted_where_their_sender_is_trusted() {
        let trusting = Terms { trust: Some(Arc::new(|_| true)), ..Terms::DEFAULT };
        let demoting = Terms { demote_retries: true, ..trusting.clone() };
        let priority = |terms: &Terms, attempt, priority| {
            let headers = headers(&[(ATTEMPT.as_str(), attempt), (PRIORITY.as_str(), priority)]);
            terms.believe(&headers).unwrap().priority
        };
        assert_eq!(priority(&trusting, "2", "critical-plus"), Some(Priority::CriticalPlus));
        assert_eq!(priority(&trusting, "2", "urgent"), None);
        assert_eq!(priority(&demoting, "1", "critical-plus"), Some(Priority::CriticalPlus));
        assert_eq!(priority(&demoting, "2", "critical-plus"), Some(Priority::Critical));
        assert_eq!(priority(&demoting, "2", "urgent"), Some(Priority::SheddablePlus));
        assert_eq!(priority(&demoting, "9", "sheddable"), Some(Priority::Sheddable));
        let gullible = Terms { trust: None, ..demoting };
        assert_eq!(priority(&gullible, "2", "critical-plus"), None);
    }
}
