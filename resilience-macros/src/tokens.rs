//! Helpers on tokens and spans: what a token is, groups that no user sees, and how tokens read in a message.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;

/// A span for generated code: it points where the user wrote what it stands for, resolves names without touching
/// the user's locals, and keeps lints from speaking of code that the user did not write.
pub(crate) fn generated_span(at: Span) -> Span {
    Span::mixed_site().located_at(at)
}

/// The same tokens at another place. An expression begins where its first token stands: for an error to point at an
/// option, the path before it must stand there too.
pub(crate) fn moved(tokens: &TokenStream, span: Span) -> TokenStream {
    let place = |mut token: TokenTree| {
        token.set_span(token.span().located_at(span));
        token
    };
    tokens.clone().into_iter().map(place).collect()
}

/// For a statement that names arguments for the user: clippy takes `_unused` for the user's promise not to.
pub(crate) fn quiet_underscores(names: &[&Ident]) -> Option<TokenStream> {
    let any = names.iter().any(|name| name.to_string().starts_with('_'));
    let span = generated_span(Span::call_site());
    any.then(|| {
        quote_spanned! {span=>
            #[allow(clippy::used_underscore_binding, clippy::no_effect_underscore_binding)]
        }
    })
}

pub(crate) fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

pub(crate) fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// Whether a token opens a body.
pub(crate) fn is_block(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// Looks through the invisible groups that `macro_rules!` puts around its arguments.
pub(crate) fn unwrapped(token: &TokenTree) -> TokenTree {
    if let TokenTree::Group(group) = token
        && group.delimiter() == Delimiter::None
    {
        let mut inside = group.stream().into_iter();
        if let (Some(only), None) = (inside.next(), inside.next()) {
            return unwrapped(&only);
        }
    }
    token.clone()
}

/// The tokens of a stream that may be one invisible group.
pub(crate) fn ungrouped(stream: TokenStream) -> Vec<TokenTree> {
    let tokens: Vec<_> = stream.into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => {
            ungrouped(group.stream())
        }
        _ => tokens,
    }
}

/// Tokens as they would be typed: for messages.
pub(crate) fn compact(tokens: &TokenStream) -> String {
    let text = tokens.to_string();
    let tight = [" :: ", " . ", " , ", " : ", " ( ", " ) ", "& "];
    let typed = [":: ", ".", ", ", ": ", "(", ")", "&"];
    let mut text =
        tight.iter().zip(typed).fold(text, |text, (wide, narrow)| text.replace(wide, narrow));
    text = text.replace(":: ", "::").replace(" ::", "::").replace(" (", "(").replace(" .", ".");
    text
}
