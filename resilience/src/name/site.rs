//! What the linker collects from one annotated item: its policies, and the function that they guard.

use std::panic::Location;

use super::{Listable, Listed};
use crate::kind::PolicyKind;

/// What one annotated item lists.
pub struct Site {
    policies: &'static [Listed],
    function: Option<FunctionSite>,
}

inventory::collect!(Site);

/// A guarded function.
pub(crate) struct FunctionSite {
    pub(crate) path: &'static str,
    pub(crate) location: &'static Location<'static>,
    /// Outermost first.
    pub(crate) layers: &'static dyn Layers,
}

/// A layer of a function's stack: a policy that is built for the function, or what is to be said of any other. Policies are
/// listed as they are, and described when someone asks: to describe them costs the compiler more.
pub trait Stacked: Sync {
    /// What is known of it.
    #[doc(hidden)]
    fn site(&'static self) -> LayerSite;
}

impl<P: Listable + Sync> Stacked for P {
    fn site(&'static self) -> LayerSite {
        LayerSite::Own(self.listed())
    }
}

impl Stacked for LayerSite {
    fn site(&'static self) -> LayerSite {
        *self
    }
}

/// The layers of a function's stack, outermost first: a layer and those further in, and so on. They are one object, which
/// costs the compiler less than one for each.
pub trait Layers: Sync {
    /// What is known of them.
    #[doc(hidden)]
    fn sites(&'static self) -> Vec<LayerSite>;
}

impl Layers for () {
    fn sites(&'static self) -> Vec<LayerSite> {
        Vec::new()
    }
}

impl<L: Stacked, I: Layers> Layers for (&'static L, I) {
    fn sites(&'static self) -> Vec<LayerSite> {
        let (layer, inner) = self;
        let mut sites = vec![layer.site()];
        sites.extend(inner.sites());
        sites
    }
}

/// One policy of a function's stack.
#[derive(Clone, Copy, Debug)]
pub enum LayerSite {
    /// It is built for this function.
    Own(Listed),
    /// The same, but a call decides how long it takes: an `after` that isn't constant, a fallback that awaits.
    OpenEnded(Listed),
    /// It is a static elsewhere, looked up when it is asked for.
    Shared(fn() -> Listed),
    /// It is an expression that only a call can evaluate, `self.pool`.
    Unknown(PolicyKind),
}

impl Site {
    /// An item that declares policies.
    #[must_use]
    pub const fn of(policies: &'static [Listed]) -> Self {
        Self { policies, function: None }
    }

    /// A guarded function, with its stack.
    #[track_caller]
    #[must_use]
    pub const fn function(path: &'static str, layers: &'static dyn Layers) -> Self {
        let function = FunctionSite { path, location: Location::caller(), layers };
        Self { policies: &[], function: Some(function) }
    }

    /// Lists the pipeline that the layers are parts of, too.
    #[must_use]
    pub const fn and(mut self, policies: &'static [Listed]) -> Self {
        self.policies = policies;
        self
    }

    fn listed(&'static self) -> impl Iterator<Item = Listed> {
        let layers = self.function.iter().flat_map(|function| function.layers.sites());
        let own = layers.filter_map(|layer| match layer {
            LayerSite::Own(policy) | LayerSite::OpenEnded(policy) => Some(policy),
            LayerSite::Shared(_) | LayerSite::Unknown(_) => None,
        });
        own.chain(self.policies.iter().copied())
    }
}

/// Every policy that was declared anywhere in the program.
pub(crate) fn declared() -> impl Iterator<Item = Listed> {
    inventory::iter::<Site>().flat_map(Site::listed)
}

/// Every function that was guarded anywhere in the program.
pub(crate) fn functions() -> impl Iterator<Item = &'static FunctionSite> {
    inventory::iter::<Site>().filter_map(|site| site.function.as_ref())
}
