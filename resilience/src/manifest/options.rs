//! The options of a policy that differ from its kind's defaults, as it was declared.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::configured::with_configured;
use crate::current::Configured;
use crate::functions::Resolved;
use crate::grammar::options;
use crate::keyed::Keyed;
use crate::kind::PolicyKind;
use crate::name::Listed;

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
    macro_rules! of_first {
        ([] $($plain:ty),*; $($per_key:ty),*) => {
            $(
                if let Some(policy) = policy.policy::<$plain>() {
                    return differing(policy.current().declared());
                }
            )*
            $(
                if let Some(policy) = policy.policy::<Keyed<$per_key>>() {
                    let mut options = differing(policy.current().declared());
                    let max_keys = policy.own_max_keys();
                    options.extend(max_keys.map(|keys| ("max_keys".into(), keys.into())));
                    return options;
                }
            )*
        };
    }
    with_configured!(of_first []);
    Map::new()
}

fn differing<C: Serialize + Default>(config: &C) -> Map<String, Json> {
    let default = options(&C::default());
    options(config)
        .into_iter()
        .filter(|(option, value)| default.get(option) != Some(value))
        .collect()
}
