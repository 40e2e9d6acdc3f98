//! What comes in: a request's work under the facts that its headers tell.

use std::pin::Pin;
use std::task::{Context, Poll};

use ::http::HeaderMap;
use pin_project_lite::pin_project;

use super::terms::{Believed, INBOUND, Terms};
use crate::ambient::{Attempt, Priority};
use crate::rejection::Rejection;
use crate::stack::{Body, body};
use crate::timeout::future::{Limited, guard_after};
use crate::timeout::limit::Brought;
use crate::timeout::{Timeout, TimeoutConfig};

/// Whose rejections say that a request's time was over. The limit is always the request's.
static LIMIT: Timeout = Timeout::new(INBOUND, TimeoutConfig::new());

pin_project! {
    /// The work of a request. See [`enter`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Entered<F> {
        attempt: Option<Attempt>,
        priority: Option<Priority>,
        #[pin]
        work: Work<F>,
    }
}

pin_project! {
    #[project = WorkProjection]
    enum Work<F> {
        Limited { #[pin] work: Limited<&'static Timeout, Brought, Body<F>> },
        Unlimited { #[pin] work: Body<F> },
        Rejected { rejection: Rejection },
    }
}

/// Runs `future`, which answers a request, under the deadline that the request's headers tell.
///
/// It reads `grpc-timeout`, else `x-envoy-expected-rq-timeout-ms`, else `x-request-timeout-ms`; a request without, or
/// with a malformed value, has no deadline. The time runs from the first poll; [`deadline`](crate::deadline) and every
/// policy in `future` know of it, and at its end `future` is dropped. A deadline that is in force around the call holds,
/// too. Neither the number of the attempt nor a priority is believed: `resilience::tower::inbound()` has options for that.
///
/// # Errors
///
/// [`Rejection::DeadlineExceeded`] when less than 5 ms is left: `future` doesn't begin.
/// [`Rejection::TimedOut`] when the time ends before `future` does. Both name the policy `inbound`.
///
/// # Panics
///
/// As [`Timeout`] does: a `future` that waits under a deadline needs tokio's timer.
///
/// **Cancellation:** dropping it drops `future`.
///
/// ```
/// use http::HeaderMap;
/// use resilience::{RejectionKind, wire};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let mut headers = HeaderMap::new();
/// headers.insert("grpc-timeout", "250m".parse().unwrap());
/// let left = wire::enter(&headers, async { resilience::remaining() }).await;
/// assert!(left.unwrap().unwrap().as_millis() <= 250);
///
/// headers.insert("grpc-timeout", "2m".parse().unwrap());
/// let late = wire::enter(&headers, async { "work" }).await;
/// assert_eq!(late.unwrap_err().kind(), RejectionKind::DeadlineExceeded);
/// # }
/// ```
pub fn enter<F: Future>(headers: &HeaderMap, future: F) -> Entered<F> {
    match Terms::DEFAULT.believe(headers) {
        Ok(believed) => believed.enter(future),
        Err(rejection) => Entered::rejected(rejection),
    }
}

impl Believed {
    /// Runs `future` under these facts.
    pub(crate) fn enter<F: Future>(self, future: F) -> Entered<F> {
        let work = match self.limit {
            Some(limit) => Work::Limited { work: guard_after(&LIMIT, limit, body(future)) },
            None => Work::Unlimited { work: body(future) },
        };
        Entered { attempt: self.attempt.map(Attempt::told), priority: self.priority, work }
    }
}

impl<F> Entered<F> {
    /// Work that doesn't begin.
    pub(crate) fn rejected(rejection: Rejection) -> Self {
        Self { attempt: None, priority: None, work: Work::Rejected { rejection } }
    }
}

impl<F: Future> Future for Entered<F> {
    type Output = Result<F::Output, Rejection>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let priority = *this.priority;
        let work = || match priority {
            Some(priority) => priority.scope(|| this.work.poll(cx)),
            None => this.work.poll(cx),
        };
        match this.attempt {
            Some(attempt) => attempt.scope(work),
            None => work(),
        }
    }
}

impl<F: Future> Future for Work<F> {
    type Output = Result<F::Output, Rejection>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            WorkProjection::Limited { work } => work.poll(cx),
            WorkProjection::Unlimited { work } => work.poll(cx),
            WorkProjection::Rejected { rejection } => Poll::Ready(Err(*rejection)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::sync::Arc;
    use std::time::Duration;

    use super::super::headers;
    use super::super::names::ATTEMPT;
    use super::super::terms::Trust;
    use super::*;
    use crate::ambient::{self, remaining};
    use crate::name::Name;
    use crate::retry::{Retry, RetryConfig};

    fn told(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())])
    }

    #[tokio::test(start_paused = true)]
    async fn the_work_sees_the_deadline_and_ends_with_it() {
        let second = told("grpc-timeout", "1S");
        assert_eq!(enter(&second, async { remaining() }).await, Ok(Some(Duration::from_secs(1))));
        let started = tokio::time::Instant::now();
        let rejection = enter(&second, pending::<()>()).await.unwrap_err();
        let after = Duration::from_secs(1);
        assert_eq!(rejection, Rejection::TimedOut { policy: Name::new(INBOUND), after });
        assert_eq!(started.elapsed(), after);
        assert_eq!(enter(&HeaderMap::new(), async { remaining() }).await, Ok(None));
        let forever = told("grpc-timeout", "99999999H");
        assert!(enter(&forever, async { remaining() }).await.unwrap().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_believed_of_the_attempt_is_passed_on_but_is_no_call_of_ours() {
        let trust: Trust = Arc::new(|_| true);
        let trusting = Terms { trust: Some(trust), ..Terms::DEFAULT };
        let third = told(ATTEMPT.as_str(), "3");
        let seen = trusting.believe(&third).unwrap().enter(async {
            let ids = (ambient::call_id(), ambient::call_id());
            let passed_on: Vec<_> = headers().collect();
            let spawned = tokio::spawn(ambient::inherit(async { ambient::attempt() }));
            (ambient::attempt(), ids.0 == ids.1, passed_on, spawned.await.unwrap())
        });
        assert_eq!(seen.await, Ok((3, false, vec![(ATTEMPT.as_str(), "3".into())], 3)));
        let own = trusting.believe(&third).unwrap().enter(async {
            let retry = Retry::new("r", RetryConfig::new());
            retry.call(|| async { Ok::<_, Rejection>(ambient::attempt()) }).await
        });
        assert_eq!(own.await, Ok(Ok(1)));
        assert_eq!(enter(&third, async { ambient::attempt() }).await, Ok(1));
    }
}
