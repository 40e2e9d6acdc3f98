//! The type or trait that a method belongs to, handed from the attribute on its block to that on the method.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};

use crate::tokens::{is_sign, is_word};

/// `__of = "Payments", …`: an argument that only the block's attribute writes.
const KEY: &str = "__of";

/// Puts the owner in front of a method's arguments.
pub(crate) fn put(owner: &str, arguments: &TokenStream) -> TokenStream {
    let key = proc_macro2::Ident::new(KEY, proc_macro2::Span::mixed_site());
    quote!(#key = #owner, #arguments)
}

/// Takes it out again.
pub(crate) fn taken(arguments: TokenStream) -> (Option<String>, TokenStream) {
    let mut rest = arguments.clone().into_iter();
    match [rest.next(), rest.next(), rest.next(), rest.next()] {
        [Some(key), Some(sign), Some(owner), Some(comma)]
            if is_word(&key, KEY) && is_sign(&sign, '=') && is_sign(&comma, ',') =>
        {
            (text(&owner), rest.collect())
        }
        _ => (None, arguments),
    }
}

fn text(token: &TokenTree) -> Option<String> {
    syn::parse2::<syn::LitStr>(token.to_token_stream()).ok().map(|text| text.value())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_taken_out_again() {
        let arguments = quote!(attempts = 3, delay = "1s");
        let (owner, rest) = taken(put("Payments", &arguments));
        assert_eq!(owner.as_deref(), Some("Payments"));
        assert_eq!(rest.to_string(), arguments.to_string());
        let (owner, rest) = taken(arguments.clone());
        assert_eq!((owner, rest.to_string()), (None, arguments.to_string()));
    }
}
