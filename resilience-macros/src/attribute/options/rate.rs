//! Rates: `"100/s"`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::ToTokens;
use syn::Lit;

use crate::attribute::options::value::Value;

/// A rate that the runtime will read: `COUNT/[N]UNIT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    text: String,
    pub(crate) count: u32,
    /// In nanoseconds.
    period: u64,
}

/// 18 years in nanoseconds: a whole burst lies at most so far ahead on the runtime's clock.
const LONGEST: u64 = u64::MAX >> 5;

const SYNTAX: &str = "a rate is COUNT/[N]UNIT with units ms, s, m, h: write \"100/s\", \"5/m\" \
                      or \"1000/250ms\"";

impl Value for Rate {
    const CHECK: Option<&'static str> = Some("rate");

    fn read(literal: &Lit, _: bool) -> Result<Self, String> {
        let Lit::Str(text) = literal else { return Err(SYNTAX.into()) };
        let text = text.value();
        let (count, period) = check(&text)?;
        Ok(Self { text, count, period })
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
        (self.period / u64::from(self.count)).saturating_mul(burst.into()) <= LONGEST
    }
}

/// The count, and the period in nanoseconds.
fn check(text: &str) -> Result<(u32, u64), String> {
    let (count, period) = text.split_once('/').ok_or(SYNTAX)?;
    let digits = period.find(|c: char| !c.is_ascii_digit()).ok_or(SYNTAX)?;
    let (units, unit) = period.split_at(digits);
    let millis: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(SYNTAX.into()),
    };
    let count = number(count)?;
    let units: u64 = if units.is_empty() { 1 } else { number(units)?.into() };
    if count == 0 || units == 0 {
        return Err("a rate's count and period are at least 1: write \"1/s\" or more".into());
    }
    let period = units.saturating_mul(millis).saturating_mul(1_000_000);
    if u64::from(count) > period {
        return Err("a rate is at most one call per nanosecond: write less".into());
    }
    Ok((count, period))
}

fn number(digits: &str) -> Result<u32, String> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain).ok_or_else(|| SYNTAX.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_runtime_reads() {
        for good in ["100/s", "5/m", "1000/250ms", "1/2h"] {
            assert!(check(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "100",
            "/s",
            "100/",
            "100/x",
            "-1/s",
            "+1/s",
            "1.5/s",
            "100 /s",
            "100/s \
                     ",
            "0/s",
            "1/0s",
            "9999999999/s",
            "2000000/1ms",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
