//! Ratios and factors: `0.25`, `"25%"`, `2.0`.

use proc_macro2::{Literal, Span, TokenStream};
use quote::ToTokens;
use syn::Lit;

use crate::attribute::options::value::Value;

/// A share above 0 and at most 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ratio(pub(crate) f64);

impl Value for Ratio {
    const CHECK: Option<&'static str> = Some("ratio");

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        let (ratio, text) = match literal {
            Lit::Str(text) => (percentage(&text.value())?, text.value()),
            _ => number(literal, negative)
                .ok_or("this is not a ratio: write one like 0.25 or \"25%\"")?,
        };
        if ratio > 0.0 && ratio <= 1.0 {
            return Ok(Self(ratio));
        }
        Err(match ratio {
            _ if ratio > 1.0 && ratio <= 100.0 && !matches!(literal, Lit::Str(_)) => {
                format!("a ratio is above 0 and at most 1: for {text} percent write \"{text}%\"")
            }
            _ => format!(
                "a ratio is above 0 and at most 1, but this is {text}: write one like 0.25 or \
                 \"25%\""
            ),
        })
    }

    fn tokens(&self, span: Span, _: &TokenStream) -> TokenStream {
        float(self.0, span)
    }
}

/// A multiplier of at least 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Factor(pub(crate) f64);

impl Value for Factor {
    const CHECK: Option<&'static str> = Some("factor");

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        match number(literal, negative) {
            Some((factor, _)) if factor >= 1.0 && factor.is_finite() => Ok(Self(factor)),
            Some((_, text)) => {
                Err(format!("a factor is at least 1, but this is {text}: write one like 2.0"))
            }
            None => Err("this is not a factor: write a number like 2.0".into()),
        }
    }

    fn tokens(&self, span: Span, _: &TokenStream) -> TokenStream {
        float(self.0, span)
    }
}

fn float(value: f64, span: Span) -> TokenStream {
    let mut literal = Literal::f64_unsuffixed(value);
    literal.set_span(span);
    literal.into_token_stream()
}

/// An integer or float literal, and how to show it.
fn number(literal: &Lit, negative: bool) -> Option<(f64, String)> {
    let digits = match literal {
        Lit::Int(int) => int.base10_digits().to_owned(),
        Lit::Float(float) => float.base10_digits().to_owned(),
        _ => return None,
    };
    let text = if negative { format!("-{digits}") } else { digits };
    Some((text.parse().ok()?, text))
}

/// `"25%"`. The point is moved in the text, so that the result is the nearest `f64` to what was written.
fn percentage(text: &str) -> Result<f64, String> {
    let digits = text.trim().strip_suffix('%').map(str::trim_end);
    let plain = |digits: &&str| digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    digits.filter(plain).and_then(|digits| format!("{digits}e-2").parse().ok()).ok_or_else(|| {
        format!("\"{text}\" is not a percentage: write one like \"25%\", or a ratio like 0.25")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(literal: &str) -> Result<f64, String> {
        Ratio::read(&syn::parse_str(literal).expect(literal), false).map(|ratio| ratio.0)
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "the point is that they are the same bits")]
    fn reads_fractions_and_percentages() {
        assert_eq!(ratio("0.25"), Ok(0.25));
        assert_eq!(ratio("1"), Ok(1.0));
        assert_eq!(ratio("\"25%\""), Ok(0.25));
        assert_eq!(ratio("\"33.3 %\""), Ok(0.333));
        for percent in 1_i32..=100 {
            let written: f64 =
                format!("{}.{:02}", percent / 100, percent % 100).parse().expect("a number");
            assert_eq!(ratio(&format!("\"{percent}%\"")), Ok(written));
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let error = |literal| ratio(literal).expect_err(literal);
        assert!(error("50").contains("write \"50%\""));
        assert!(error("0").contains("above 0"));
        assert!(error("\"0%\"").contains("above 0"));
        assert!(error("\"101%\"").contains("at most 1"));
        assert!(error("\"half\"").contains("not a percentage"));
        assert!(error("\"0.5\"").contains("not a percentage"));
        assert!(error("true").contains("not a ratio"));
        assert!(Ratio::read(&syn::parse_str("0.5").expect("a number"), true).is_err());
    }

    #[test]
    fn factors_start_at_one() {
        let factor = |literal: &str| Factor::read(&syn::parse_str(literal).expect(literal), false);
        assert_eq!(factor("1.5"), Ok(Factor(1.5)));
        assert_eq!(factor("2"), Ok(Factor(2.0)));
        assert!(factor("0.5").is_err());
        assert!(factor("\"2\"").is_err());
    }
}
