//! Windows: `"10s"` of time, or the last `100` calls.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, Lit};

use crate::attribute::options::value::Value;
use crate::tokens::{generated_span, moved};

/// A bucket is a tenth of the window, and must last a millisecond.
const SHORTEST: Duration = Duration::from_millis(10);

/// What a rate is taken over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Window {
    Time(Duration),
    Calls(u32),
}

impl Value for Window {
    const CHECK: Option<&'static str> = None;

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        match literal {
            Lit::Int(_) => u32::read(literal, negative).map(Self::Calls),
            Lit::Str(_) => time(literal, negative),
            _ => Err("a window is a duration (\"10s\") or a number of calls (100)".into()),
        }
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

fn time(literal: &Lit, negative: bool) -> Result<Window, String> {
    let time = Duration::read(literal, negative)?;
    if time < SHORTEST {
        return Err("a window lasts at least 10 ms: write \"10ms\" or more".into());
    }
    Ok(Window::Time(time))
}
