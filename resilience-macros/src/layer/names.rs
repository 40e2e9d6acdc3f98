//! What policies are called, and that no two of one kind are called the same on purpose.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::attribute::Attribute;
use crate::attribute::options::value::SpannedValue;
use crate::tokens::generated_span;

/// An explicit name, if there is one, and what a part of a pipeline appends to it or to the default.
pub(crate) type Naming<'i> = (Option<&'i SpannedValue<String>>, Option<&'static str>);

/// An item that instances are built for.
#[derive(Clone, Copy)]
pub(crate) struct NamedItem<'i> {
    pub(crate) ident: &'i Ident,
    /// What it is called within its module: `charge`, or `Payments::charge`.
    pub(crate) path: &'i str,
}

/// The runtime's `Identity` of an instance that is built for `item`.
pub(crate) fn identity(
    (name, part): Naming<'_>,
    item: NamedItem<'_>,
    at: Span,
    runtime: &TokenStream,
) -> TokenStream {
    let span = generated_span(at);
    let Some(name) = name else {
        let (path, line) = default(part, item, at);
        return quote_spanned!(span=> #runtime::Identity::default(#path, #line));
    };
    let mut name = name.tokens(runtime);
    if let Some(part) = part {
        let part = format!(".{part}");
        name = quote_spanned!(span=> ::core::concat!(#name, #part));
    }
    quote_spanned!(span=> #runtime::Identity::explicit(#name))
}

/// The default name, and the line of the attribute.
pub(crate) fn default(part: Option<&str>, item: NamedItem<'_>, at: Span) -> (TokenStream, Literal) {
    let part = part.map(|part| format!(".{part}")).unwrap_or_default();
    (path(item, &part, generated_span(at)), Literal::u32_unsuffixed(line(at)))
}

/// `shop::charge`, or what a part appends to it, as the compiler puts it together.
pub(crate) fn path(item: NamedItem<'_>, part: &str, span: Span) -> TokenStream {
    let path = format!("::{}{part}", item.path);
    quote_spanned!(span=> ::core::concat!(::core::module_path!(), #path))
}

/// `line!()` would be that of the whole stack's first attribute.
fn line(span: Span) -> u32 {
    if !proc_macro::is_available() {
        return 0;
    }
    u32::try_from(span.unwrap().line()).unwrap_or(u32::MAX)
}

/// A macro of the crate that exists once per explicit name and kind: the compiler reports the second definition, at
/// both names. Its name is what the compiler then shows, so it says what to do.
pub(crate) fn guard(
    (name, part): Naming<'_>,
    attribute: &Attribute,
    runtime: &TokenStream,
) -> Option<TokenStream> {
    let written = name?;
    let part = part.map(|part| format!(".{part}")).unwrap_or_default();
    let name = word(&format!("{}{part}", written.literal()?));
    let kind = attribute.name;
    let span = generated_span(written.expr.span());
    let unique =
        format!("__{kind}_name_{name}_is_used_twice__declare_one_static_and_use_it_in_both");
    let unique = Ident::new(&unique, span);
    Some(quote_spanned!(span=> #runtime::unique!(macro_rules! #unique { () => {}; });))
}

/// A name in letters, digits and `_`. Where that changes it, a checksum keeps it apart from others.
fn word(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let word: String = name.chars().map(plain).collect();
    if word == name { word } else { format!("{word}_{:08x}", checksum(name)) }
}

/// FNV-1a.
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn any_name_becomes_a_word_of_its_own() {
        assert_eq!(word("payments"), "payments");
        let names =
            ["pay ments", "pay_ments", "pay.ments", "zahlung-ü", "zahlung-ö", "\"1\"", "支付"];
        let words: std::collections::HashSet<_> = names.map(word).into();
        assert_eq!(words.len(), names.len());
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        assert!(words.iter().all(|word| word.chars().all(is_plain)), "{words:?}");
    }
}
