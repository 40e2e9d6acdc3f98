//! Rates: `"100/s"`.

use std::time::Duration;

use proc_macro2::{Literal, Span, TokenStream};
use quote::ToTokens;
use syn::Lit;

use crate::attribute::options::value::{Value, written};

/// A rate that the runtime will read: `COUNT/[N]UNIT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    text: String,
    pub(crate) count: u32,
    period: Duration,
}

/// 18 years in nanoseconds: a whole burst lies at most so far ahead on the runtime's clock.
const LONGEST: u64 = u64::MAX >> 5;

impl Value for Rate {
    const CHECK: Option<&'static str> = Some("rate");

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        let literal = written(literal, negative);
        let (count, period) = literal.rate()?;
        Ok(Self { text: literal.as_text().to_owned(), count, period })
    }

    fn tokens(&self, span: Span, _: &TokenStream) -> TokenStream {
        let mut literal = Literal::string(&self.text);
        literal.set_span(span);
        literal.into_token_stream()
    }
}

impl Rate {
    /// Whether the runtime's clock can hold such a burst.
    pub(crate) fn holds(&self, burst: u32) -> bool {
        let interval = self.period.as_nanos() / u128::from(self.count);
        interval * u128::from(burst) <= u128::from(LONGEST)
    }
}
