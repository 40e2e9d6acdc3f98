//! A policy as the registry lists it, and what makes one listable.

use std::any::Any;
use std::fmt::{self, Debug};

use super::Identity;
use crate::kind::PolicyKind;
use crate::mode::Mode;

/// A listed policy of any kind, as data: nothing here knows the types of policies.
#[derive(Clone, Copy)]
pub struct Listed {
    kind: PolicyKind,
    identity: &'static Identity,
    policy: &'static dyn AnyPolicy,
}

impl Listed {
    pub(crate) const fn new(
        kind: PolicyKind,
        identity: &'static Identity,
        policy: &'static dyn AnyPolicy,
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
        let policy: &'static dyn Any = self.policy;
        policy.downcast_ref()
    }

    /// The policy itself, whatever its type.
    pub(crate) const fn any(self) -> &'static dyn AnyPolicy {
        self.policy
    }
}

impl Debug for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind, self.identity.name())
    }
}

/// What the registry, metrics and histories ask of a policy whatever its kind, so that none of them names the kinds.
pub trait AnyPolicy: Any + Send + Sync {
    /// Tells how calls ended, as far as it counts them: the word for the label `outcome`, and how many.
    fn outcomes(&self, tell: &mut dyn FnMut(&'static str, u64));

    /// Tells how many calls its mode let pass, in words of the same label: no outcome of the policy's own.
    fn passed(&self, _: &mut dyn FnMut(&'static str, u64)) {}

    /// All calls that it counts, and those among them that went wrong, for a history; `None` if it keeps none.
    #[cfg_attr(not(feature = "axum"), allow(dead_code, reason = "only the page draws a history"))]
    fn activity(&self) -> Option<[u64; 2]> {
        let mut wrong = 0;
        self.outcomes(&mut |_, count| wrong += count);
        Some([wrong, wrong])
    }

    /// Its mode, if it can have another than `enforce`.
    fn mode(&self) -> Option<Mode>;

    /// Makes it as good as new.
    fn reset(&self);

    /// The same, with options and mode as declared: what a test begins with.
    #[cfg(feature = "test-util")]
    fn renew(&self) {
        self.reset();
    }
}

/// A policy that the registry can list. Only this crate's policies are.
pub trait Listable: sealed::Sealed + Sized + 'static {
    #[doc(hidden)]
    const KIND: PolicyKind;
    #[doc(hidden)]
    fn listed(&'static self) -> Listed;
    /// What tells it from others of the same name: by its address, which is that of the listed one.
    #[doc(hidden)]
    fn own_identity(&self) -> &Identity;
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

        /// A layer of a function's stack; for generated code.
        impl $policy {
            #[doc(hidden)]
            #[must_use]
            pub const fn open_ended(&'static self) -> $crate::name::LayerSite {
                $crate::name::LayerSite::OpenEnded(self.listed())
            }
        }

        impl $crate::name::Sealed for $policy {}

        impl $crate::name::Listable for $policy {
            const KIND: $crate::kind::PolicyKind = $crate::kind::PolicyKind::$kind;

            fn listed(&'static self) -> $crate::name::Listed {
                <$policy>::listed(self)
            }

            fn own_identity(&self) -> &$crate::name::Identity {
                &self.$($identity).+
            }
        }
    };
}
pub(crate) use listable;

/// Lets an attribute without options declare a policy of that kind. It is a copy of one that the compiler works out once in
/// a crate: to do so for each function takes it twice as long.
macro_rules! declared_by_default {
    ($policy:ident, $config:ident) => {
        impl $policy {
            #[doc(hidden)]
            #[must_use]
            #[track_caller]
            pub const fn by_default(path: &'static str, line: u32) -> Self {
                #[allow(clippy::declare_interior_mutable_const, reason = "it is only copied")]
                const DEFAULT: $policy =
                    $policy::declared($crate::name::Identity::default("", 0), $config::new());
                let mut policy = DEFAULT;
                policy.identity.rename(path, line);
                policy
            }
        }
    };
}
pub(crate) use declared_by_default;

#[cfg(all(test, not(shuttle)))]
mod tests {
    use std::panic::Location;

    use crate::name::{Identity, Listable, Origin};
    use crate::{
        Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, Hedge, HedgeConfig,
    };
    use crate::{Retry, RetryConfig, Timeout, TimeoutConfig};

    #[track_caller]
    fn assert_named(policy: &impl Listable, here: &Location<'_>) {
        let identity: &Identity = policy.own_identity();
        assert_eq!(identity.written(), "shop::charge");
        assert_eq!(identity.origin(), Origin::Default { line: 7 });
        assert_eq!(
            (identity.location().file(), identity.location().line()),
            (here.file(), here.line())
        );
    }

    macro_rules! assert_default {
        ($policy:ident, $config:ident) => {
            let (policy, here) = ($policy::by_default("shop::charge", 7), Location::caller());
            assert_named(&policy, here);
            assert_eq!(policy.config(), &$config::new());
        };
    }

    #[test]
    fn a_copy_of_the_default_has_its_own_name_and_place() {
        assert_default!(Retry, RetryConfig);
        assert_default!(CircuitBreaker, CircuitBreakerConfig);
        assert_default!(Timeout, TimeoutConfig);
        assert_default!(Bulkhead, BulkheadConfig);
        assert_default!(Hedge, HedgeConfig);
    }
}
