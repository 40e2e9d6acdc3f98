//! The guarded functions of the program, each with its whole stack.
//!
//! - `layer`: one policy of a stack.
//! - `worst_case`: what a stack adds up to.

mod layer;
mod worst_case;

use std::fmt;
use std::time::Duration;

pub use self::layer::Layer;
pub(crate) use self::layer::Resolved;
pub(crate) use self::worst_case::Reading;
use crate::name::{FunctionSite, Name, place};

/// A guarded function: what it is called, where it is, and the policies around its body.
///
/// ```
/// use std::time::Duration;
/// use resilience::{PolicyKind, Rejection, registry, retry, timeout};
///
/// #[timeout("30s")]
/// #[retry(attempts = 3, delay = "100ms")]
/// #[timeout("2s")]
/// async fn quote(symbol: &str) -> Result<u32, Rejection> {
///     Ok(symbol.len() as u32)
/// }
///
/// let quote = registry().functions().find(|function| function.name().ends_with("::quote")).unwrap();
/// let kinds: Vec<_> = quote.layers().iter().map(|layer| layer.kind).collect();
/// assert_eq!(kinds, [PolicyKind::Timeout, PolicyKind::Retry, PolicyKind::Timeout]);
/// assert_eq!(quote.attempts_at_most(), 3);
/// assert_eq!(quote.worst_case(), Some(Duration::from_millis(6_300)));
/// ```
#[derive(Clone, Copy)]
pub struct Function(&'static FunctionSite);

impl Function {
    /// What it is called: `shop::charge`, or `shop::Payments::charge` where an attribute stands on the `impl` block.
    ///
    /// Functions of one name on two types of a module have the same one; their [locations](Self::location) differ.
    #[must_use]
    pub fn name(self) -> Name {
        Name::new(self.0.path)
    }

    /// Where it is, as `file:line`: the line of its first attribute.
    #[must_use]
    pub fn location(self) -> String {
        place(self.0.location)
    }

    /// The policies around the body, outermost first. A shared pipeline is shown as its parts.
    ///
    /// A shared instance is known if it is written as the path to a static (`PAYMENTS`, `config::POOL`, `&STATE.pool`),
    /// with a static's name in upper case. One that is made when it is first used, in a `LazyLock`, is made by this.
    #[must_use]
    pub fn layers(self) -> Vec<Layer> {
        self.resolved().map(Resolved::shown).collect()
    }

    /// How long a call takes at most, by the options in force; `None` if that has no bound.
    ///
    /// From the body outwards, where the body itself takes as long as it likes, and *inner* is what the layers further
    /// in take:
    ///
    /// | layer | takes at most |
    /// |---|---|
    /// | timeout | the smaller of its limit and *inner*; *inner*, if its limit is computed at each call |
    /// | retry | `attempts` · *inner*, and the delays between them before chance shortens them; `max_elapsed` + *inner*, if that is less |
    /// | hedge | `after` · (`max_attempts` − 1) + *inner* |
    /// | bulkhead, rate limit | `max_wait` + *inner* |
    /// | fallback | *inner*, if none of its expressions awaits; else it has no bound |
    /// | circuit breaker, health check | *inner* |
    /// | an instance that is an expression, `self.pool` | no bound; *inner*, if it is a circuit breaker or a timeout |
    ///
    /// These are the upper bounds of what each policy documents about itself, added up as the policies nest. Delays that
    /// failures ask for by `retry_after` are left out. A policy whose mode isn't [`Enforce`](crate::Mode::Enforce) adds
    /// and limits nothing.
    #[must_use]
    pub fn worst_case(self) -> Option<Duration> {
        self.time_at_most(Reading::InForce)
    }

    /// How often the body runs at most in one call: the attempts of each retry and hedge, multiplied.
    ///
    /// It is [`u32::MAX`] if one of them is an expression that only a call can evaluate.
    #[must_use]
    pub fn attempts_at_most(self) -> u32 {
        self.runs_at_most(Reading::InForce)
    }

    pub(crate) fn time_at_most(self, reading: Reading) -> Option<Duration> {
        let stack: Vec<_> = self.resolved().collect();
        stack.iter().rev().fold(None, |inner, layer| worst_case::around(layer, inner, reading))
    }

    pub(crate) fn runs_at_most(self, reading: Reading) -> u32 {
        let attempts = self.resolved().map(|layer| worst_case::attempts(&layer, reading));
        attempts.fold(1, u32::saturating_mul)
    }

    /// The policies around the body, outermost first.
    pub(crate) fn resolved(self) -> impl Iterator<Item = Resolved> {
        self.0.layers.sites().into_iter().flat_map(layer::resolved)
    }

    /// Where it is, without the line.
    #[cfg(feature = "test-util")]
    pub(crate) fn file(self) -> &'static str {
        self.0.location.file()
    }
}

/// Every guarded function, in the order of their names and places.
pub(crate) fn all() -> Vec<Function> {
    let mut all: Vec<_> = crate::name::functions().map(Function).collect();
    let place = |Function(site): &Function| {
        (site.path, site.location.file(), site.location.line(), site.location.column())
    };
    all.sort_by(|a, b| place(a).cmp(&place(b)));
    all
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Function")
            .field("name", &self.name())
            .field("location", &self.location())
            .field("layers", &self.layers())
            .finish()
    }
}
