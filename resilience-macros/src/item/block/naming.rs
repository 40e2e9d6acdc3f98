//! What a block's methods and their instances are called.

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{ItemImpl, ItemTrait, LitStr, Type, TypeParamBound};

use crate::diagnostics::Diagnostics;
use crate::tokens::{compact, is_sign, is_word};

/// Appends the method to explicit names: `name = "payments"` becomes `name = "payments.charge"`.
pub(super) fn named_after(
    arguments: TokenStream,
    method: &str,
    errors: &mut Diagnostics,
) -> TokenStream {
    let tokens: Vec<_> = arguments.into_iter().collect();
    let is_name =
        |at: usize| at >= 2 && is_word(&tokens[at - 2], "name") && is_sign(&tokens[at - 1], '=');
    let named = |(at, token): (usize, &TokenTree)| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
            let inside = named_after(group.stream(), method, errors);
            let mut inside = Group::new(group.delimiter(), inside);
            inside.set_span(group.span());
            inside.into()
        }
        name if is_name(at) => appended(name, method, errors),
        token => token.clone(),
    };
    tokens.iter().enumerate().map(named).collect()
}

fn appended(name: &TokenTree, method: &str, errors: &mut Diagnostics) -> TokenTree {
    let Ok(text) = syn::parse2::<LitStr>(name.to_token_stream()) else {
        errors.on(name, NOT_A_TEXT);
        return name.clone();
    };
    let mut whole = Literal::string(&format!("{}.{method}", text.value()));
    whole.set_span(text.span());
    whole.into()
}

const NOT_A_TEXT: &str =
    "each method appends its own name to this one: write it as a text, `name = \"payments\"`";

/// What a block's methods are named by: the type's name, or the trait's.
pub(super) fn owner_of(head: &TokenStream) -> syn::Result<(&'static str, String)> {
    let empty = quote!(#head {});
    if head.clone().into_iter().any(|token| is_word(&token, "trait")) {
        return syn::parse2::<ItemTrait>(empty).map(|item| ("trait", item.ident.to_string()));
    }
    syn::parse2::<ItemImpl>(empty).map(|item| ("`impl` block", type_name(&item.self_ty)))
}

fn type_name(ty: &Type) -> String {
    match ty {
        Type::Path(path) => {
            path.path.segments.last().map_or_else(String::new, |last| last.ident.to_string())
        }
        Type::Reference(reference) => type_name(&reference.elem),
        Type::Group(group) => type_name(&group.elem),
        Type::Paren(paren) => type_name(&paren.elem),
        Type::TraitObject(object) => object.bounds.iter().find_map(trait_name).unwrap_or_default(),
        other => compact(&other.to_token_stream()),
    }
}

fn trait_name(bound: &TypeParamBound) -> Option<String> {
    match bound {
        TypeParamBound::Trait(bound) => {
            bound.path.segments.last().map(|last| last.ident.to_string())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_appended_where_options_stand() {
        let mut errors = Diagnostics::default();
        let written =
            quote!(name = "a", part(name = "b"), f = { name = "c" }, named = "d", name("e"));
        let named = named_after(written, "load", &mut errors);
        let wanted = quote!(
            name = "a.load",
            part(name = "b.load"),
            f = { name = "c" },
            named = "d",
            name("e")
        );
        assert_eq!(named.to_string(), wanted.to_string());
        assert!(errors.is_empty());
    }

    #[test]
    fn a_block_is_called_after_its_type_or_trait() {
        let of = |head: TokenStream| {
            owner_of(&head).map_or_else(|error| error.to_string(), |found| found.1)
        };
        assert_eq!(of(quote!(pub trait Store: Send)), "Store");
        assert_eq!(of(quote!(impl<T> shop::Client<T>)), "Client");
        assert_eq!(of(quote!(impl Store for &mut (Client))), "Client");
        assert_eq!(of(quote!(impl dyn 'static + shop::Store + Send)), "Store");
        assert_eq!(of(quote!(impl Store for [u8; 4])), "[u8 ; 4]");
    }
}
