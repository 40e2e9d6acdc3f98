//! Windows: `"10s"` of time, or the last `100` calls.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, Lit};

use crate::attribute::options::value::{Value, written};
use crate::tokens::{generated_span, moved};

/// What a rate is taken over.
pub(crate) use crate::grammar::Span as Window;

impl Value for Window {
    const CHECK: Option<&'static str> = None;

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        written(literal, negative).span()
    }

    fn tokens(&self, span: Span, runtime: &TokenStream) -> TokenStream {
        match self {
            Self::Time(time) => {
                let time = time.tokens(span, runtime);
                quote_spanned!(span=> #runtime::Window::Time(#time))
            }
            Self::Calls(calls) => {
                let calls = calls.tokens(span, runtime);
                quote_spanned!(span=> #runtime::Window::Calls(#calls))
            }
        }
    }

    /// The type of the expression tells which kind of window it is.
    fn checked(expr: &Expr, runtime: &TokenStream) -> TokenStream {
        let span = generated_span(expr.span());
        let runtime = moved(runtime, span);
        quote_spanned!(span=> #runtime::WindowOf(#expr).get())
    }
}
