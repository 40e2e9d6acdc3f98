//! The attributes of the `resilience` crate, which re-exports and explains them.

use proc_macro::TokenStream;

mod attribute;
mod diagnostics;
mod expansion;
mod grammar;
mod item;
mod layer;
mod mode;
mod policies;
mod runtime;
mod source;
#[cfg(test)]
mod tests;
mod tokens;

use item::stack;
use policies::{
    bulkhead, circuit_breaker, fallback, health_check, hedge, rate_limit, resilient, retry, timeout,
};

#[doc = include_str!("../docs/circuit_breaker.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn circuit_breaker(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&circuit_breaker::READER, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/retry.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn retry(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&retry::READER, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/timeout.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn timeout(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&timeout::READER, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/bulkhead.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn bulkhead(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&bulkhead::READER, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/rate_limit.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn rate_limit(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&rate_limit::READER, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/fallback.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn fallback(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&fallback::READER, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/hedge.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn hedge(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&hedge::READER, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/resilient.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn resilient(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&resilient::READER, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/health_check.md")]
#[doc = include_str!("../docs/forms.md")]
#[proc_macro_attribute]
pub fn health_check(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::expand(&health_check::READER, arguments.into(), item.into()).into()
}
