//! Where a layer finds its policy: by a reference, or at a static, which needs no room in the future.

use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::CircuitBreaker;
use crate::keyed::{KeyedInstance, PerKey};
use crate::rate_limit::RateLimiter;

/// Leads to a policy.
pub trait PolicyRef<'p, P: 'p>: Copy {
    /// The policy.
    fn policy(self) -> &'p P;
}

impl<'p, P> PolicyRef<'p, P> for &'p P {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "it is the reference itself")]
    fn policy(self) -> Self {
        self
    }
}

/// For each policy by itself: a key's need not be of the same type as one that stands alone.
macro_rules! at_instance {
    ($($policy:ty)*) => {
        $(
            impl<'p, O> PolicyRef<'p, <$policy as PerKey>::Kept> for &'p KeyedInstance<'_, $policy, O> {
                #[inline]
                fn policy(self) -> &'p <$policy as PerKey>::Kept {
                    self
                }
            }
        )*
    };
}

at_instance! { CircuitBreaker Bulkhead RateLimiter }

/// A static's whereabouts, as a function without captures: of no size, and a constant to the optimiser.
#[derive(Clone, Copy, Debug)]
pub struct StaticRef<F>(F);

/// `static_ref(|| &STATIC)`
#[inline(always)]
#[allow(clippy::inline_always, reason = "it does nothing")]
pub const fn static_ref<P: 'static, F: Fn() -> &'static P + Copy>(place: F) -> StaticRef<F> {
    StaticRef(place)
}

impl<P: 'static, F: Fn() -> &'static P + Copy> PolicyRef<'static, P> for StaticRef<F> {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "it is a constant")]
    fn policy(self) -> &'static P {
        (self.0)()
    }
}
