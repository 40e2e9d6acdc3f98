//! A future in the making: what goes before it, and the layers around it.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// A future in the making.
pub(crate) struct FutureTokens {
    /// What goes before it: the place of a body that it only refers to.
    pub(crate) place: Option<TokenStream>,
    pub(crate) future: TokenStream,
}

impl FutureTokens {
    /// With another layer around it.
    pub(crate) fn around(self, layer: impl FnOnce(TokenStream) -> TokenStream) -> Self {
        let Self { place, future } = self;
        Self { place, future: layer(future) }
    }

    /// Its outcome, in place.
    pub(crate) fn awaited(self, span: Span) -> TokenStream {
        let Self { place, future } = self;
        let Some(place) = place else { return quote_spanned!(span=> #future.await) };
        // Bound to a name, so that what the expression borrows from the place is gone before the place is.
        quote_spanned! {span=> {
            #place
            let __resilience_outcome = #future.await;
            __resilience_outcome
        }}
    }
}
