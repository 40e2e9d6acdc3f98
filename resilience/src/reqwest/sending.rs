//! How requests are sent: through all policies, with what each attempt should know.

use std::time::Duration;

use ::reqwest::{Request, Response};

use super::policies::Policies;
use crate::ambient;
use crate::error::Error;
use crate::rejection::Rejection;
use crate::stack::body;
use crate::timeout::future::{guard, guard_after};
use crate::wire::{MARGIN, Outgoing};

/// The body's time ends so much later than the response's, so that it is the policy which ends that.
const AFTER_OURS: Duration = Duration::from_millis(10);

/// What sends requests, and what guards it.
#[derive(Clone, Debug)]
pub(super) struct GuardedHttp {
    pub(super) http: ::reqwest::Client,
    pub(super) policies: &'static Policies,
}

impl GuardedHttp {
    pub(super) async fn send(
        &self,
        mut request: Request,
        may_repeat: bool,
    ) -> Result<Response, Error<::reqwest::Error>> {
        let (total, limit) = (self.policies.total, request.timeout_mut().take());
        let attempts = self.attempts(request, may_repeat, limit.is_some());
        let outcome = match limit {
            Some(limit) => guard_after(total, limit, attempts).await,
            None => guard(total, attempts).await,
        };
        match outcome {
            Ok(result) => result.map_err(Error::Inner),
            Err(rejection) => Err(Error::Rejected(rejection)),
        }
    }

    async fn attempts(&self, request: Request, may_repeat: bool, limits_body: bool) -> Outcome {
        let Policies { retry, hosts, attempt, .. } = self.policies;
        let host = request.url().origin().ascii_serialization();
        let mut requests = Requests::of(request, may_repeat);
        let may_repeat = requests.may_repeat();
        let mut once = || {
            let mut request = requests.next();
            // The client reads the body, long after all policies.
            let left = ambient::remaining().filter(|_| limits_body);
            *request.timeout_mut() = left.map(|left| left + AFTER_OURS);
            let sent = attempt.guard(sent(&self.http, request));
            let breaker = hosts.get(&host);
            async move { breaker.classified().values_classified().guard(sent).await }
        };
        if may_repeat {
            retry.classified().values_classified().guard(once).await
        } else {
            once().await
        }
    }
}

/// What attempts came to, with rejections beside results.
type Outcome = Result<Result<Response, ::reqwest::Error>, Rejection>;

/// One attempt, with the facts that hold when it is sent.
async fn sent(http: &::reqwest::Client, mut request: Request) -> Outcome {
    let method = request.method().clone();
    Outgoing::here(MARGIN).write(&method, request.headers_mut())?;
    body(http.execute(request)).await
}

pub(super) fn is_idempotent(request: &Request) -> bool {
    request.method().is_idempotent() || request.headers().contains_key("idempotency-key")
}

/// The request of each attempt.
enum Requests {
    Once(Option<Request>),
    Again(Request),
}

impl Requests {
    /// A body that is a stream can't be sent again.
    fn of(request: Request, may_repeat: bool) -> Self {
        match request.try_clone() {
            Some(again) if may_repeat => Self::Again(again),
            _ => Self::Once(Some(request)),
        }
    }

    fn may_repeat(&self) -> bool {
        matches!(self, Self::Again(_))
    }

    fn next(&mut self) -> Request {
        let next = match self {
            Self::Once(request) => request.take(),
            Self::Again(request) => request.try_clone(),
        };
        next.expect("a request that can't be cloned is sent once")
    }
}
