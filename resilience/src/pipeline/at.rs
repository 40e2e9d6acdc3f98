//! Where a layer finds its policy: by a reference, or at a static, which needs no room in the future.

use crate::keyed::{KeyedInstance, PerKey};

/// Leads to a policy.
pub trait At<'p, P: 'p>: Copy {
    /// The policy.
    fn policy(self) -> &'p P;
}

impl<'p, P> At<'p, P> for &'p P {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "it is the reference itself")]
    fn policy(self) -> Self {
        self
    }
}

impl<'p, P: PerKey> At<'p, P> for &'p KeyedInstance<P> {
    #[inline]
    fn policy(self) -> &'p P {
        self
    }
}

/// A static's whereabouts, as a function without captures: of no size, and a constant to the optimiser.
#[derive(Clone, Copy, Debug)]
pub struct Fixed<F>(F);

/// `at(|| &STATIC)`
#[inline(always)]
#[allow(clippy::inline_always, reason = "it does nothing")]
pub const fn at<P: 'static, F: Fn() -> &'static P + Copy>(place: F) -> Fixed<F> {
    Fixed(place)
}

impl<P: 'static, F: Fn() -> &'static P + Copy> At<'static, P> for Fixed<F> {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "it is a constant")]
    fn policy(self) -> &'static P {
        (self.0)()
    }
}
