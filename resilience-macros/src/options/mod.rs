//! The vocabulary of option values, one for every attribute.

use proc_macro2::{Span, TokenStream};

mod choice;
mod code;
mod count;
mod duration;
mod rate;
mod ratio;
mod setters;
pub(crate) mod splitter;
mod text;
mod value;
mod window;

pub(crate) use self::choice::{Choice, Words};
pub(crate) use self::code::{Function, Predicate, Verbatim, looks_constant, report};
pub(crate) use self::duration::Positive;
pub(crate) use self::duration::parse as parse_duration;
pub(crate) use self::rate::Rate;
pub(crate) use self::ratio::{Factor, Ratio};
pub(crate) use self::setters::Setters;
pub(crate) use self::value::{Value, Written, literal, transparent};
pub(crate) use self::window::Window;

/// A span for generated code: it points where the user wrote what it stands for, resolves names without touching
/// the user's locals, and keeps lints from speaking of code that nobody wrote.
pub(crate) fn quiet(at: Span) -> Span {
    Span::mixed_site().located_at(at)
}

/// The same tokens at another place. An expression begins where its first token stands: for an error to point at an
/// option, the path before it must stand there too.
pub(crate) fn moved(tokens: &TokenStream, span: Span) -> TokenStream {
    let place = |mut token: proc_macro2::TokenTree| {
        token.set_span(token.span().located_at(span));
        token
    };
    tokens.clone().into_iter().map(place).collect()
}
