//! One policy of a function's stack, as far as it is known without a call.

use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::CircuitBreaker;
use crate::kind::PolicyKind;
use crate::name::{LayerSite, Listed, Name};
use crate::pipeline::Pipeline;
use crate::rate_limit::RateLimiter;
use crate::retry::Retry;
use crate::timeout::Timeout;

/// One policy of a function's stack.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Layer {
    /// What it does.
    pub kind: PolicyKind,
    /// What it is called; `None` for an expression that only a call can evaluate, such as `self.pool`.
    pub policy: Option<Name>,
    /// Whether the instance exists elsewhere, so that others may use it, too.
    pub shared: bool,
}

/// A layer, with the policy that it is.
#[derive(Clone, Copy)]
pub(crate) struct Resolved {
    pub(crate) kind: PolicyKind,
    pub(crate) policy: Option<Listed>,
    pub(crate) shared: bool,
    /// How long it takes is decided by each call.
    pub(crate) open_ended: bool,
}

impl Resolved {
    pub(super) fn shown(self) -> Layer {
        let policy = self.policy.map(|policy| policy.identity().name());
        Layer { kind: self.kind, policy, shared: self.shared }
    }

    fn of(policy: Listed) -> Self {
        Self { kind: policy.kind(), policy: Some(policy), shared: false, open_ended: false }
    }

    fn shared(policy: Listed) -> Self {
        Self { shared: true, ..Self::of(policy) }
    }
}

/// The layers that one written layer stands for: a pipeline is made of several.
pub(super) fn resolved(site: LayerSite) -> Vec<Resolved> {
    match site {
        LayerSite::Own(policy) => vec![Resolved::of(policy)],
        LayerSite::OpenEnded(policy) => {
            vec![Resolved { open_ended: true, ..Resolved::of(policy) }]
        }
        LayerSite::Shared(find) => match find().policy::<Pipeline>() {
            Some(pipeline) => parts(pipeline),
            None => vec![Resolved::shared(find())],
        },
        LayerSite::Unknown(kind) => {
            vec![Resolved { kind, policy: None, shared: true, open_ended: false }]
        }
    }
}

/// In the order in which they stand around a call.
fn parts(pipeline: &Pipeline) -> Vec<Resolved> {
    let parts = pipeline.parts();
    let listed = [
        parts.timeout.map(Timeout::listed),
        parts.rate_limit.map(RateLimiter::listed),
        parts.bulkhead.map(Bulkhead::listed),
        parts.retry.map(Retry::listed),
        parts.circuit_breaker.map(CircuitBreaker::listed),
        parts.attempt_timeout.map(Timeout::listed),
    ];
    listed.into_iter().flatten().map(Resolved::shared).collect()
}
