//! What goes out: the facts of the running call, as headers.

use std::time::Duration;

use ::http::HeaderName;

use super::names::{ATTEMPT, GRPC_TIMEOUT, IDEMPOTENCY_KEY, PRIORITY, REQUEST_TIMEOUT_MS};
use super::time_left::{as_grpc, as_millis};
use crate::ambient::{self, Attempt, CallId, Priority};

/// What the way to the next service and back may take.
pub(crate) const MARGIN: Duration = Duration::from_millis(5);

/// The running call's facts as headers for a request to another service: names and values.
///
/// The time left until the [`deadline`](crate::deadline), where there is one, as `grpc-timeout` and
/// `x-request-timeout-ms`: less 5 ms for the way, of which at least half is kept. Inside a retry or hedge also
/// `x-resilience-attempt`, the number of the attempt, and `idempotency-key`, the [`call_id`](crate::call_id). A
/// [`priority`](crate::priority()) other than `critical` is told as `x-resilience-priority`. Outside any guarded function
/// there are none.
///
/// Ask in the body, in each attempt: the time left is that of the moment. When the deadline has passed, the values say
/// so (`1n` and `0`), and the next service rejects the request.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use resilience::{Rejection, timeout, wire};
///
/// #[timeout("2s")]
/// async fn user(id: u32) -> Result<String, Rejection> {
///     let mut request = http::Request::get(format!("http://users/{id}"));
///     for (name, value) in wire::headers() {
///         request = request.header(name, value);
///     }
///     # assert!(request.headers_ref().unwrap().contains_key("grpc-timeout"));
///     // ... send it
///     # Ok(String::new())
/// }
/// # user(1).await.unwrap();
/// # }
/// ```
pub fn headers() -> impl Iterator<Item = (&'static str, String)> {
    let Outgoing { left, attempt, priority, key } = Outgoing::here(MARGIN);
    let headers = [
        left.map(|left| named(&GRPC_TIMEOUT, as_grpc(left).as_str())),
        left.map(|left| named(&REQUEST_TIMEOUT_MS, as_millis(left).as_str())),
        attempt.map(|attempt| named(&ATTEMPT, attempt.to_string())),
        priority.map(|priority| named(&PRIORITY, priority.as_str())),
        key.map(|key| named(&IDEMPOTENCY_KEY, key.to_string())),
    ];
    headers.into_iter().flatten()
}

fn named(name: &'static HeaderName, value: impl Into<String>) -> (&'static str, String) {
    (name.as_str(), value.into())
}

/// The facts that travel.
pub(crate) struct Outgoing {
    /// Until the deadline, less the margin.
    pub(crate) left: Option<Duration>,
    pub(crate) attempt: Option<u32>,
    /// None for the one that is assumed where nothing is said.
    pub(crate) priority: Option<Priority>,
    pub(crate) key: Option<CallId>,
}

impl Outgoing {
    /// Those of the call that runs here.
    pub(crate) fn here(margin: Duration) -> Self {
        Self {
            left: ambient::about_remaining().map(|left| without(margin, left)),
            attempt: Attempt::number_here(),
            priority: Some(ambient::priority()).filter(|it| *it != Priority::default()),
            key: Attempt::is_inside().then(ambient::call_id),
        }
    }
}

/// At least half is kept.
fn without(margin: Duration, left: Duration) -> Duration {
    left.saturating_sub(margin).max(left / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rejection::Rejection;
    use crate::retry::{Retry, RetryConfig};
    use crate::timeout::{Timeout, TimeoutConfig};

    fn told() -> Vec<(&'static str, String)> {
        headers().collect()
    }

    #[test]
    fn nothing_is_known_outside_any_call() {
        assert_eq!(told(), []);
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_left_is_told_less_the_margin() {
        let told_of = |millis| async move {
            let limit = TimeoutConfig::new().after(Duration::from_millis(millis));
            let body = async { Ok::<_, Rejection>(told()) };
            Timeout::new("t", limit).call(body).await.unwrap()
        };
        let both = |grpc: &str, millis: &str| {
            [named(&GRPC_TIMEOUT, grpc), named(&REQUEST_TIMEOUT_MS, millis)]
        };
        assert_eq!(told_of(1505).await, both("1500m", "1500"));
        assert_eq!(told_of(10).await, both("5m", "5"));
        assert_eq!(told_of(7).await, both("3500u", "3"));
    }

    #[tokio::test(start_paused = true)]
    async fn each_attempt_is_told_anew_under_one_key() {
        let limit = Timeout::new("t", TimeoutConfig::new().after(Duration::from_secs(10)));
        let retry = Retry::new("r", RetryConfig::new().delay(Duration::from_secs(1)));
        let mut seen = Vec::new();
        let attempts = retry.call(|| {
            seen.push(told());
            async { Err::<(), _>(Rejection::DeadlineExceeded { policy: retry.name() }) }
        });
        assert!(limit.call(attempts).await.is_err());
        assert_eq!(seen.len(), 3);
        let all = |name: &HeaderName| -> Vec<&String> {
            seen.iter()
                .flatten()
                .filter(|(known, _)| *known == name.as_str())
                .map(|(_, value)| value)
                .collect()
        };
        assert_eq!(all(&ATTEMPT), ["1", "2", "3"]);
        let (keys, left) = (all(&IDEMPOTENCY_KEY), all(&REQUEST_TIMEOUT_MS));
        assert!(keys.len() == 3 && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
        let left: Vec<u64> = left.iter().map(|left| left.parse().unwrap()).collect();
        assert!(left[0] > left[1] && left[1] > left[2], "{left:?}");
    }

    #[tokio::test]
    async fn a_priority_is_told_unless_it_is_the_usual_one() {
        let told_of = |priority| ambient::with_priority(priority, async { told() });
        let named = [named(&PRIORITY, "sheddable-plus")];
        assert_eq!(told_of(Priority::SheddablePlus).await, named);
        assert_eq!(told_of(Priority::Critical).await, []);
    }

    #[tokio::test(start_paused = true)]
    async fn a_passed_deadline_is_told_as_such() {
        let limit = Timeout::new("t", TimeoutConfig::new().after(Duration::from_secs(1)));
        let taken_along = async { Ok::<_, Rejection>(ambient::inherit(async { told() })) };
        let late = limit.call(taken_along).await.unwrap();
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(late.await, [named(&GRPC_TIMEOUT, "1n"), named(&REQUEST_TIMEOUT_MS, "0")]);
    }
}
