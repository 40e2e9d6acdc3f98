//! Splits the tokens of an attribute into positional expressions and named options, before their meaning is read.
//!
//! Half-typed input is the rule in an editor: a part that cannot be read is reported and skipped, the rest
//! is still read.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Token, token};

use crate::attribute::{Attribute, OptionSpec};
use crate::diagnostics::Diagnostics;

/// What stands in the parentheses of an attribute, as written.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) positional: Vec<Expr>,
    pub(crate) named: Vec<Named>,
}

/// `key = value`, or a flag.
pub(crate) struct Named {
    pub(crate) key: Ident,
    pub(crate) value: Option<Expr>,
}

/// Reads all that can be read of `arguments`.
pub(crate) fn split(
    arguments: TokenStream,
    attribute: &Attribute,
    errors: &mut Diagnostics,
) -> Arguments {
    let mut parts = Arguments::default();
    let read = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = part(input, attribute, &mut parts) {
                errors.push(error);
                skip_to_comma(input);
            }
            if let Err(error) = separator(input) {
                errors.push(error);
            }
        }
        Ok(())
    };
    if let Err(error) = read.parse2(arguments) {
        errors.push(error);
    }
    parts
}

fn part(input: ParseStream<'_>, attribute: &Attribute, parts: &mut Arguments) -> syn::Result<()> {
    if input.peek(Ident::peek_any) && is_assignment(input) {
        let key = input.call(Ident::parse_any)?;
        let sign: TokenTree = input.parse()?;
        let value = Some(value(input, attribute, &key, &sign)?);
        parts.named.push(Named { key, value });
        return Ok(());
    }
    if let Some(named) = flag_with_value(input, attribute)? {
        parts.named.push(named);
        return Ok(());
    }
    if let Some(key) = flag(input, attribute)? {
        parts.named.push(Named { key, value: None });
        return Ok(());
    }
    let start = input.span();
    let expr = input.parse().map_err(|error| {
        let text = format!("this is not a complete expression: {error}");
        if input.is_empty() { syn::Error::new(start, text) } else { error }
    })?;
    parts.positional.push(expr);
    Ok(())
}

/// `key =` or, mistaken, `key :`.
fn is_assignment(input: ParseStream<'_>) -> bool {
    let equals = input.peek2(Token![=]) && !input.peek2(Token![==]) && !input.peek2(Token![=>]);
    equals || (input.peek2(Token![:]) && !input.peek2(Token![::]))
}

fn value(
    input: ParseStream<'_>,
    attribute: &Attribute,
    key: &Ident,
    sign: &TokenTree,
) -> syn::Result<Expr> {
    if matches!(sign, TokenTree::Punct(sign) if sign.as_char() == ':') {
        let text = format!("options are written with `=`: `{key} = …`");
        return Err(syn::Error::new(sign.span(), text));
    }
    if input.is_empty() || input.peek(Token![,]) {
        return Err(valueless(key, attribute));
    }
    input.parse().map_err(|error: syn::Error| {
        let place = if input.is_empty() { key.span() } else { error.span() };
        syn::Error::new(place, format!("`{key}` needs a complete expression: {error}"))
    })
}

/// A bare word that names a flag is the flag; one that names another option lacks its value.
fn flag(input: ParseStream<'_>, attribute: &Attribute) -> syn::Result<Option<Ident>> {
    let ahead = input.fork();
    let Ok(word) = ahead.call(Ident::parse_any) else { return Ok(None) };
    if !(ahead.is_empty() || ahead.peek(Token![,])) {
        return Ok(None);
    }
    let Some(known) = attribute.find(&word.to_string()) else { return Ok(None) };
    input.call(Ident::parse_any)?;
    if known.is_flag() { Ok(Some(word)) } else { Err(valueless(&word, attribute)) }
}

/// `shared(quorum = 0.5)`: a flag that may say more.
fn flag_with_value(input: ParseStream<'_>, attribute: &Attribute) -> syn::Result<Option<Named>> {
    let ahead = input.fork();
    let Ok(word) = ahead.call(Ident::parse_any) else { return Ok(None) };
    let inner = attribute.find(&word.to_string()).and_then(OptionSpec::inner);
    let (Some(inner), true) = (inner, ahead.peek(token::Paren)) else { return Ok(None) };
    let key = input.call(Ident::parse_any)?;
    let content;
    syn::parenthesized!(content in input);
    let value = inner_value(&content, attribute, &key, inner);
    if value.is_err() {
        // What follows a mistake is no second one.
        content.parse::<TokenStream>()?;
    }
    Ok(Some(Named { key, value: Some(value?) }))
}

/// `quorum = 0.5`.
fn inner_value(
    input: ParseStream<'_>,
    attribute: &Attribute,
    key: &Ident,
    inner: &str,
) -> syn::Result<Expr> {
    if !(input.peek(Ident::peek_any) && is_assignment(input)) {
        let place = if input.is_empty() { key.span() } else { input.span() };
        let text = format!("`{key}` has one option: write `{key}({inner} = …)`");
        return Err(syn::Error::new(place, text));
    }
    let name = input.call(Ident::parse_any)?;
    if name != inner {
        let text = format!("`{key}` has no option `{name}`: it has `{inner}`");
        return Err(syn::Error::new(name.span(), text));
    }
    let sign: TokenTree = input.parse()?;
    let value = value(input, attribute, &name, &sign)?;
    input.parse::<Option<Token![,]>>()?;
    if !input.is_empty() {
        let text = format!("`{key}` has one option, `{inner}`: remove this");
        return Err(syn::Error::new(input.span(), text));
    }
    Ok(value)
}

fn valueless(key: &Ident, attribute: &Attribute) -> syn::Error {
    let text = match attribute.find(&key.to_string()) {
        Some(known) if !known.is_flag() => {
            format!("`{key}` needs a value, for example `{key} = {}`", known.example)
        }
        _ => format!("`{key} =` has no value"),
    };
    syn::Error::new(key.span(), text)
}

/// The comma between two parts. Without one the next part is still read.
fn separator(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    if input.peek(Token![,]) {
        return input.parse::<Token![,]>().map(drop);
    }
    let error = input.error("write a `,` before this");
    if !(input.peek(Ident::peek_any) && is_assignment(input)) {
        skip_to_comma(input);
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?;
        }
    }
    Err(error)
}

fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) && input.parse::<TokenTree>().is_ok() {}
}
