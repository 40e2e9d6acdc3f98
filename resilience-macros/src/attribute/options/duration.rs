//! Durations as code: `"250ms"` becomes `Duration::from_millis(250)`.

use std::time::Duration;

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote_spanned;
use syn::Lit;

use crate::attribute::options::value::{Value, written};

/// Any length of time, zero included.
impl Value for Duration {
    const CHECK: Option<&'static str> = None;

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        written(literal, negative).duration()
    }

    fn tokens(&self, span: Span, runtime: &TokenStream) -> TokenStream {
        tokens(*self, span, runtime)
    }
}

/// A length of time above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Positive(pub(crate) Duration);

impl Value for Positive {
    const CHECK: Option<&'static str> = Some("positive");

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        written(literal, negative).positive().map(Self)
    }

    fn tokens(&self, span: Span, runtime: &TokenStream) -> TokenStream {
        tokens(self.0, span, runtime)
    }
}

/// The shortest constructor that says it exactly.
pub(crate) fn tokens(duration: Duration, span: Span, runtime: &TokenStream) -> TokenStream {
    let nanos = duration.as_nanos();
    let (constructor, unit): (_, u128) = match nanos {
        _ if duration.subsec_nanos() == 0 => ("from_secs", 1_000_000_000),
        _ if nanos.is_multiple_of(1_000_000) => ("from_millis", 1_000_000),
        _ if nanos.is_multiple_of(1_000) => ("from_micros", 1_000),
        _ => ("from_nanos", 1),
    };
    let constructor = proc_macro2::Ident::new(constructor, span);
    let mut amount = Literal::u64_unsuffixed(u64::try_from(nanos / unit).unwrap_or(u64::MAX));
    amount.set_span(span);
    quote_spanned!(span=> #runtime::Duration::#constructor(#amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_shortest_constructor() {
        let runtime = quote::quote!(p);
        let written = |time| tokens(time, Span::call_site(), &runtime).to_string().replace(' ', "");
        assert_eq!(written(Duration::from_mins(2)), "p::Duration::from_secs(120)");
        assert_eq!(written(Duration::from_millis(1500)), "p::Duration::from_millis(1500)");
        assert_eq!(written(Duration::from_micros(7)), "p::Duration::from_micros(7)");
        assert_eq!(written(Duration::from_nanos(7)), "p::Duration::from_nanos(7)");
    }
}
