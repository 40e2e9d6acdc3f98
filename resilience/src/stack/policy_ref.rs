//! Where a layer finds its policy: by a reference, or at a static, which needs no room in the future.

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

/// A static's whereabouts, as a function without captures: of no size, and a constant to the optimiser.
#[derive(Clone, Copy, Debug)]
pub struct StaticRef<F>(F);

/// `static_ref!(&STATIC, Policy)` calls it.
#[inline(always)]
#[allow(clippy::inline_always, reason = "it does nothing")]
pub const fn static_ref<F>(place: F) -> StaticRef<F> {
    StaticRef(place)
}

impl<P: 'static, F: Fn() -> &'static P + Copy> PolicyRef<'static, P> for StaticRef<F> {
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "it is a constant")]
    fn policy(self) -> &'static P {
        (self.0)()
    }
}
