//! Changes a shared breaker by hand in all replicas: `?scope=fleet`.

use ::axum::http::StatusCode;
use ::axum::response::Response;

use super::admin::Action;
use super::problem::problem;
use super::respond::{json, unknown_breaker};
use super::target::Target;
use crate::circuit_state::CircuitState;
use crate::kind::PolicyKind;
use crate::registry::registry;
use crate::shared;
use crate::stack::event;

/// All replicas of the service hear of it from the store; this one at once.
pub(super) async fn act(
    action: Action,
    target: &Target,
    by: &str,
    reason: Option<&str>,
) -> Response {
    let Some(breaker) = registry().circuit_breaker(&target.name) else {
        return unknown_breaker(&target.name);
    };
    if breaker.config().quorum().is_none() {
        let detail = "this circuit breaker is not `shared`: leave `scope` out".to_owned();
        return problem(StatusCode::CONFLICT, detail, ());
    }
    let kind = PolicyKind::CircuitBreaker;
    match shared::force(&breaker.name(), forced(action)).await {
        Ok(()) => {
            event::administered(kind, breaker.name(), None, action.as_str(), by, reason);
            json(&breaker.snapshot())
        }
        Err(error) => {
            let detail = format!("the store that replicas share does not answer: {error}");
            problem(StatusCode::SERVICE_UNAVAILABLE, detail, ())
        }
    }
}

/// The state that it means for all replicas.
const fn forced(action: Action) -> Option<CircuitState> {
    match action {
        Action::ForceOpen => Some(CircuitState::ForcedOpen),
        Action::ForceClose => Some(CircuitState::ForcedClosed),
        Action::Reset => None,
    }
}
