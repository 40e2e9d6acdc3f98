//! The items of a block, one by one: methods with a body, and everything else.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{ReturnType, Type};

use crate::attribute::Attribute;
use crate::diagnostics::Diagnostics;
use crate::item::block::choice::Choice;
use crate::mode::Mode;
use crate::policies::is_ours;
use crate::source::attributes::{self, MetaForm, WrittenAttribute};
use crate::source::function::Function;
use crate::tokens::{is_sign, is_word};

pub(super) enum Piece {
    Method(Box<Method>),
    Other(TokenStream),
}

/// A method with a body.
pub(super) struct Method {
    attributes: Vec<WrittenAttribute>,
    rest: TokenStream,
    function: Function,
    /// `#[resilient(skip)]`
    skipped: bool,
    /// What the block puts above it: paths and arguments.
    pub(super) above: Vec<(TokenStream, TokenStream)>,
}

/// Splits a block's body into its items.
pub(super) fn split(body: TokenStream, errors: &mut Diagnostics) -> Vec<Piece> {
    let (mut pieces, mut item) = (Vec::new(), Vec::new());
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let ends =
            is_sign(&token, ';') || (is_braces(&token) && !tokens.peek().is_some_and(goes_on));
        item.push(token);
        if ends {
            pieces.push(piece(std::mem::take(&mut item), errors));
        }
    }
    pieces.push(Piece::Other(item.into_iter().collect()));
    pieces
}

fn is_braces(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// Braces in the middle of a type: `Array<{ N }>`.
fn goes_on(next: &TokenTree) -> bool {
    ['>', ',', '=', ';'].iter().any(|sign| is_sign(next, *sign))
}

fn piece(item: Vec<TokenTree>, errors: &mut Diagnostics) -> Piece {
    let whole = item.iter().cloned().collect();
    let (attributes, rest) = attributes::split(item, &TokenStream::new(), is_ours);
    let Some(Ok(function)) = Function::read(attributes.clone(), &rest) else {
        return Piece::Other(whole);
    };
    let skipped = attributes.iter().any(|one| skips(one, errors));
    let attributes =
        attributes.into_iter().map(|one| if is_skip(&one) { marker(&one) } else { one });
    let attributes = attributes.collect();
    let rest = rest.into_iter().collect();
    Piece::Method(Box::new(Method { attributes, rest, function, skipped, above: Vec::new() }))
}

/// It does nothing any more, but its import stays used.
fn marker(skip: &WrittenAttribute) -> WrittenAttribute {
    let tokens = attributes::marker(&skip.path);
    WrittenAttribute { tokens, is_ours: false, ..skip.clone() }
}

fn is_skip(attribute: &WrittenAttribute) -> bool {
    attribute.is_ours && attribute.last() == "resilient" && skip_of(attribute).is_some()
}

fn skip_of(attribute: &WrittenAttribute) -> Option<TokenTree> {
    let MetaForm::List(list) = &attribute.form else { return None };
    list.clone().into_iter().find(|token| is_word(token, "skip"))
}

/// Whether it leaves the method out.
fn skips(attribute: &WrittenAttribute, errors: &mut Diagnostics) -> bool {
    let (true, MetaForm::List(list)) = (is_skip(attribute), &attribute.form) else { return false };
    if list.clone().into_iter().count() > 1 {
        let skip = skip_of(attribute).to_token_stream();
        errors.on(
            skip,
            "`skip` leaves the method out of the block's attributes: remove what stands beside it",
        );
    }
    true
}

impl Method {
    pub(super) fn name(&self) -> String {
        self.function.signature.ident.unraw().to_string()
    }

    pub(super) fn name_span(&self) -> Span {
        self.function.signature.ident.span()
    }

    /// Whether an attribute of the block is for it. A method that is named by `only` has it in any case.
    pub(super) fn can_have(&self, attribute: &Attribute, choice: &Choice) -> bool {
        let name = self.name();
        let lists = |names: &[proc_macro2::Ident]| names.iter().any(|one| one.unraw() == name);
        match choice {
            _ if self.skipped => false,
            Choice::Only(names) => lists(names),
            Choice::Except(names) => !lists(names) && self.is_fallible(),
            Choice::All => self.has_own(attribute.name) || self.is_fallible(),
        }
    }

    pub(super) fn has_own(&self, name: &str) -> bool {
        self.attributes.iter().any(|one| one.is_ours && one.last() == name)
    }

    pub(super) fn is_blocking(&self) -> bool {
        self.function.guarded().is_ok_and(|guarded| guarded.mode == Mode::Blocking)
    }

    /// Whether it returns a `Result` by any name that ends so.
    fn is_fallible(&self) -> bool {
        match (self.function.guarded(), &self.function.signature.output) {
            (Ok(guarded), _) => is_result(&guarded.output),
            (Err(_), ReturnType::Type(_, ty)) => is_result(ty),
            (Err(_), ReturnType::Default) => false,
        }
    }

    /// With the attributes of the block above its own; the first of ours is told the block's type.
    pub(super) fn with_attributes(
        self,
        put_owner: impl Fn(&TokenStream) -> TokenStream,
    ) -> TokenStream {
        let mut put = Some(put_owner);
        let mut tokens = TokenStream::new();
        for (path, arguments) in self.above {
            let arguments = put.take().map_or_else(|| arguments.clone(), |put| put(&arguments));
            tokens.extend(quote!(#[#path(#arguments)]));
        }
        for own in self.attributes {
            match put.take_if(|_| own.is_ours) {
                Some(put) => tokens.extend(owned(&own, put)),
                None => tokens.extend(own.tokens),
            }
        }
        tokens.extend(self.rest);
        tokens
    }

    /// Without what belongs to the block alone.
    pub(super) fn unchanged(self) -> TokenStream {
        self.attributes.into_iter().map(|one| one.tokens).chain([self.rest]).collect()
    }
}

fn owned(own: &WrittenAttribute, put: impl Fn(&TokenStream) -> TokenStream) -> TokenStream {
    let path = &own.path;
    let arguments = match &own.form {
        MetaForm::Path => put(&TokenStream::new()),
        MetaForm::List(list) => put(list),
        MetaForm::Value(_) => return own.tokens.clone(),
    };
    quote!(#[#path(#arguments)])
}

fn is_result(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => {
            path.path.segments.last().is_some_and(|last| last.ident.to_string().ends_with("Result"))
        }
        Type::Group(group) => is_result(&group.elem),
        Type::Paren(paren) => is_result(&paren.elem),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_from_a_macro_is_looked_into() {
        let elem = |text| Box::new(syn::parse_str::<Type>(text).expect(text));
        let group = |text| {
            Type::Group(syn::TypeGroup {
                attrs: Vec::new(),
                group_token: syn::token::Group::default(),
                elem: elem(text),
            })
        };
        assert!(is_result(&group("io::Result<()>")));
        assert!(!is_result(&group("Option<()>")));
    }
}
