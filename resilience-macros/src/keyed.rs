//! `key = …` and `max_keys = …`: one instance per key, for every attribute that keeps one.

use darling::FromMeta;
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::Expr;
use syn::spanned::Spanned;

use crate::options::{Verbatim, Written, quiet};
use crate::piece::Site;
use crate::reading::{Place, Reading};

/// The two options as written.
#[derive(Default, FromMeta)]
pub(crate) struct Keys {
    key: Option<Written<Verbatim>>,
    max_keys: Option<Written<u32>>,
}

/// What they mean.
pub(crate) struct Keyed {
    /// The key of a call; a declared static has none.
    key: Option<Expr>,
    max_keys: Option<Written<u32>>,
}

impl Keys {
    pub(crate) fn read(self, reading: &mut Reading<'_>) -> Option<Keyed> {
        let Self { key, max_keys } = self;
        reading.check(&max_keys);
        // A static's is refused as such, whatever it says.
        let key = key.filter(|_| !reading.place.is_static());
        if let Some(option) = key.as_ref().and_then(|option| option.literal_expr()) {
            reading.errors.on(
                option,
                "this key is the same for every call: name what tells calls apart, `key = host`",
            );
        }
        if let (None, Some(bound), Place::Function, None) =
            (&key, &max_keys, reading.place, reading.instance())
        {
            reading.errors.at(
                bound.key.span(),
                "without a key there is only one instance: add `key = host`, or whatever tells \
                 calls apart",
            );
        }
        let declared = reading.place == Place::Static { keyed: true };
        let is_keyed = declared || key.is_some() || max_keys.is_some();
        is_keyed.then(|| Keyed { key: key.map(|option| option.expr), max_keys })
    }
}

impl Keyed {
    /// Looks the call's instance up, before the body starts.
    pub(crate) fn prepare(&self, site: &Site<'_>) -> TokenStream {
        let Some(key) = &self.key else { return TokenStream::new() };
        let Site { runtime, policy, binding, .. } = site;
        let span = quiet(key.span());
        quote_spanned! {span=>
            let #binding = {
                #[allow(unused_imports)]
                use #runtime::Key as _;
                (#policy).get((#key).resilience_key())
            };
        }
    }

    /// Where the number of keys is bounded by hand.
    pub(crate) fn bound_at(&self) -> Option<Span> {
        self.max_keys.as_ref().map(|option| option.key.span())
    }

    /// `.max_keys(100)`, or nothing.
    pub(crate) fn bound(&self, runtime: &TokenStream) -> Option<TokenStream> {
        let option = self.max_keys.as_ref()?;
        let (span, value) = (quiet(option.key.span()), option.tokens(runtime));
        Some(quote_spanned!(span=> .max_keys(#value)))
    }
}
