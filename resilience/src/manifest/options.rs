//! The options of a policy that differ from its kind's defaults, as it was declared.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::CircuitBreaker;
use crate::current::Configured;
use crate::functions::Resolved;
use crate::health::HealthCheck;
use crate::hedge::Hedge;
use crate::keyed::Keyed;
use crate::kind::PolicyKind;
use crate::name::Listed;
use crate::rate_limit::RateLimiter;
use crate::retry::Retry;
use crate::timeout::Timeout;

/// In the order of their names.
pub(super) fn of(layer: &Resolved) -> Map<String, Json> {
    let mut options = layer.policy.map(of_policy).unwrap_or_default();
    match layer.kind {
        PolicyKind::Timeout if layer.open_ended => {
            options.insert("after".into(), "computed".into());
        }
        PolicyKind::Fallback if layer.open_ended => {
            options.insert("awaits".into(), true.into());
        }
        _ => {}
    }
    options
}

fn of_policy(policy: Listed) -> Map<String, Json> {
    macro_rules! first_of {
        ($($kind:ty)*) => {
            $(
                if let Some(policy) = policy.policy::<$kind>() {
                    return differing(policy.current().declared());
                }
            )*
        };
    }
    macro_rules! first_keyed {
        ($($kind:ty)*) => {
            $(
                if let Some(policy) = policy.policy::<Keyed<$kind>>() {
                    let mut options = differing(policy.current().declared());
                    let max_keys = policy.own_max_keys();
                    options.extend(max_keys.map(|keys| ("max_keys".into(), keys.into())));
                    return options;
                }
            )*
        };
    }
    first_of! { CircuitBreaker Retry Timeout Bulkhead RateLimiter Hedge HealthCheck }
    first_keyed! { CircuitBreaker Bulkhead RateLimiter }
    Map::new()
}

fn differing<C: Serialize + Default>(config: &C) -> Map<String, Json> {
    let default = json(&C::default());
    let options = json(config).into_iter();
    options.filter(|(option, value)| default.get(option) != Some(value)).collect()
}

fn json<C: Serialize>(config: &C) -> Map<String, Json> {
    match serde_json::to_value(config) {
        Ok(Json::Object(options)) => options,
        // Configs are structs of numbers and text.
        _ => Map::new(),
    }
}
