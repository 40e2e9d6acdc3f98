//! A layer that admits calls, at once or after a wait: what a bulkhead and a rate limit have in common.

use proc_macro2::Span;

use crate::attribute::options::duration::Positive;
use crate::attribute::options::value::SpannedValue;
use crate::layer::call::{CallTokens, WrapContext};
use crate::layer::keyed::Keyed;
use crate::layer::model::LayerExpansion;

pub(crate) struct AdmissionLayer {
    /// The runtime's function.
    pub(crate) function: &'static str,
    /// The option that makes calls wait.
    pub(crate) waits: Option<Span>,
    pub(crate) keyed: Option<Keyed>,
}

/// Where `max_wait` stands.
pub(crate) fn waits(max_wait: Option<SpannedValue<Positive>>) -> Option<Span> {
    max_wait.map(|option| option.key.span())
}

impl LayerExpansion for AdmissionLayer {
    fn wrap(&self, inner: CallTokens, context: &WrapContext<'_>) -> CallTokens {
        context.guard(self.function, inner, None)
    }

    fn waits(&self) -> Option<Span> {
        self.waits
    }

    fn keyed(&self) -> Option<&Keyed> {
        self.keyed.as_ref()
    }
}
