//! What is listed, and how it gets there: the linker collects a [`Site`] from each annotated item.

use std::any::Any;
use std::fmt::{self, Debug};

use super::Identity;
use crate::kind::PolicyKind;

/// The policies of one annotated item.
#[derive(Debug)]
pub struct Site(pub &'static [Listed]);

inventory::collect!(Site);

/// Everything that was annotated anywhere in the program.
pub(crate) fn declared() -> impl Iterator<Item = Listed> {
    inventory::iter::<Site>().flat_map(|site| site.0.iter().copied())
}

/// A listed policy of any kind, as data: nothing here knows the types of policies.
#[derive(Clone, Copy)]
pub struct Listed {
    kind: PolicyKind,
    identity: &'static Identity,
    policy: &'static (dyn Any + Send + Sync),
}

impl Listed {
    pub(crate) const fn new(
        kind: PolicyKind,
        identity: &'static Identity,
        policy: &'static (dyn Any + Send + Sync),
    ) -> Self {
        Self { kind, identity, policy }
    }

    pub(crate) const fn kind(self) -> PolicyKind {
        self.kind
    }

    pub(crate) const fn identity(self) -> &'static Identity {
        self.identity
    }

    /// The policy itself, if it is of that type.
    pub(crate) fn policy<P: Any>(self) -> Option<&'static P> {
        self.policy.downcast_ref()
    }
}

impl Debug for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind, self.identity.name())
    }
}

/// A policy that the registry can list. Only this crate's policies are.
pub trait Listable: sealed::Sealed + Sized + 'static {
    #[doc(hidden)]
    const KIND: PolicyKind;
    #[doc(hidden)]
    fn listed(&'static self) -> Listed;
}

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// Makes a policy listable; said once, in the room of the policy.
macro_rules! listable {
    ($policy:ty, $kind:ident, $($identity:ident).+) => {
        impl $policy {
            /// What the registry lists; for generated code.
            #[doc(hidden)]
            #[must_use]
            pub const fn listed(&'static self) -> $crate::name::Listed {
                $crate::name::Listed::new(
                    $crate::kind::PolicyKind::$kind,
                    &self.$($identity).+,
                    self,
                )
            }
        }

        impl $crate::name::Sealed for $policy {}

        impl $crate::name::Listable for $policy {
            const KIND: $crate::kind::PolicyKind = $crate::kind::PolicyKind::$kind;

            fn listed(&'static self) -> $crate::name::Listed {
                <$policy>::listed(self)
            }
        }
    };
}
pub(crate) use listable;
