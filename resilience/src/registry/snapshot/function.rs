//! One guarded function as data.

use crate::functions::{Function, Layer};
use crate::kind::PolicyKind;
use crate::name::Name;

/// One guarded function.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FunctionSnapshot {
    /// Its path.
    pub name: Name,
    /// Where it is, as `file:line`.
    pub location: String,
    /// The policies around its body, outermost first.
    pub layers: Vec<LayerSnapshot>,
    /// How long a call takes at most, rounded up; `None` without bound.
    pub worst_case_ms: Option<u64>,
    /// How often the body runs at most; `None` if only a call can tell.
    pub attempts_at_most: Option<u32>,
}

/// One policy of a function's stack.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct LayerSnapshot {
    /// The attribute's word.
    pub kind: &'static str,
    /// The instance's name; `None` for an expression that only a call can evaluate.
    pub policy: Option<Name>,
    /// Whether others may use the instance, too.
    pub shared: bool,
}

impl Function {
    /// The present stack as data.
    #[must_use]
    pub fn snapshot(self) -> FunctionSnapshot {
        let attempts = self.attempts_at_most();
        FunctionSnapshot {
            name: self.name(),
            location: self.location(),
            layers: self.layers().into_iter().map(LayerSnapshot::from).collect(),
            worst_case_ms: self
                .worst_case()
                .map(|time| u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)),
            attempts_at_most: (attempts < u32::MAX).then_some(attempts),
        }
    }
}

impl From<Layer> for LayerSnapshot {
    fn from(Layer { kind, policy, shared, .. }: Layer) -> Self {
        let kind = if kind == PolicyKind::Pipeline { "resilient" } else { kind.as_str() };
        Self { kind, policy, shared }
    }
}
