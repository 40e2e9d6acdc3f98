//! The attributes of the `resilience` crate, which re-exports and explains them.

use proc_macro::TokenStream;

mod attribute;
mod attrs;
mod backoff;
mod bulkhead;
mod circuit_breaker;
mod declaration;
mod diagnostics;
mod expand;
mod fallback;
mod form;
mod frame;
mod function;
mod gate;
mod health_check;
mod hedge;
mod instances;
mod judge;
mod keyed;
mod model;
mod names;
mod options;
mod output;
mod piece;
mod pipeline;
mod rate_limit;
mod reading;
mod resilient;
mod retry;
mod rewritten;
mod scope;
mod stack;
#[cfg(test)]
mod tests;
mod timeout;
mod validate;
mod way_out;

#[doc = include_str!("../docs/circuit_breaker.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn circuit_breaker(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&circuit_breaker::ATTRIBUTE, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/retry.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn retry(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&retry::ATTRIBUTE, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/timeout.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn timeout(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&timeout::ATTRIBUTE, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/bulkhead.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn bulkhead(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&bulkhead::ATTRIBUTE, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/rate_limit.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn rate_limit(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&rate_limit::ATTRIBUTE, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/fallback.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn fallback(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&fallback::ATTRIBUTE, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/hedge.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn hedge(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&hedge::ATTRIBUTE, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/resilient.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn resilient(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&resilient::ATTRIBUTE, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/health_check.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn health_check(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&health_check::ATTRIBUTE, arguments.into(), item.into()).into()
}
