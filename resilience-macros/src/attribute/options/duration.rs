//! Durations: `"250ms"`, `"1.5s"`, `"1h30m"`.

use std::time::Duration;

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote_spanned;
use syn::Lit;

use crate::attribute::options::value::Value;

/// Units from large to small, in nanoseconds.
const UNITS: [(&str, u128); 7] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("ns", 1),
];

/// Any length of time, zero included.
impl Value for Duration {
    const CHECK: Option<&'static str> = None;

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        match literal {
            Lit::Str(text) if !negative => parse(&text.value()),
            Lit::Int(int) => Err(format!("a duration has a unit: write \"{int}ms\" or \"{int}s\"")),
            Lit::Float(float) => Err(format!("a duration has a unit: write \"{float}s\"")),
            _ => Err("this is not a duration: write one like \"250ms\" or \"1.5s\"".into()),
        }
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
        let duration = Duration::read(literal, negative)?;
        if duration.is_zero() {
            return Err("this duration must be longer than zero: write one like \"50ms\"".into());
        }
        Ok(Self(duration))
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

/// Reads a sum of amounts, with units from large to small.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err("the duration is empty: write one like \"250ms\" or \"1.5s\"".into());
    }
    let (mut total, mut largest) = (0_u128, u128::MAX);
    while !rest.is_empty() {
        let (amount, after) = number(rest, text)?;
        let (unit, after) = unit(after, amount, text)?;
        if unit >= largest {
            return Err(format!(
                "the units of \"{text}\" must go from large to small, as in \"1h30m\""
            ));
        }
        largest = unit;
        total = total.saturating_add(scaled(amount, unit).ok_or_else(|| too_long(text))?);
        rest = after.trim_start();
    }
    from_nanos(total).ok_or_else(|| too_long(text))
}

/// What the runtime's clock can count: u64 nanoseconds, some 584 years.
fn from_nanos(nanos: u128) -> Option<Duration> {
    u64::try_from(nanos).ok().map(Duration::from_nanos)
}

fn too_long(text: &str) -> String {
    format!("\"{text}\" is too long: write at most \"5000000h\"")
}

/// Splits off a decimal number.
fn number<'t>(text: &'t str, whole: &str) -> Result<(&'t str, &'t str), String> {
    let end =
        text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (amount, rest) = text.split_at(end);
    if amount.starts_with(|c: char| c.is_ascii_digit()) && !amount.ends_with('.') {
        return Ok((amount, rest));
    }
    Err(format!(
        "\"{whole}\" is not a duration: write a number and a unit, as in \"250ms\" or \"1.5s\""
    ))
}

/// Splits off a unit.
fn unit<'t>(text: &'t str, amount: &str, whole: &str) -> Result<(u128, &'t str), String> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if let Some((_, nanos)) = UNITS.iter().find(|(unit, _)| *unit == name) {
        return Ok((*nanos, rest));
    }
    let known = "the units are ns, us, ms, s, m and h";
    match name {
        "" => Err(format!(
            "\"{whole}\" lacks a unit: write \"{amount}ms\" or \"{amount}s\" ({known})"
        )),
        _ => Err(match meant(name) {
            Some(unit) => format!("`{name}` is not a unit: write \"{amount}{unit}\" ({known})"),
            None => format!("`{name}` is not a unit: {known}"),
        }),
    }
}

/// What people write elsewhere.
fn meant(unit: &str) -> Option<&'static str> {
    let unit = unit.to_lowercase();
    Some(match unit.trim_end_matches('s') {
        "" | "sec" | "second" => "s",
        "m" | "milli" | "millisecond" | "msec" => "ms",
        "min" | "minute" => "m",
        "h" | "hr" | "hour" => "h",
        "u" | "micro" | "microsecond" | "usec" => "us",
        "n" | "nano" | "nanosecond" | "nsec" => "ns",
        _ => return None,
    })
}

/// `amount * unit` in nanoseconds, exactly; fractions of a nanosecond are dropped.
fn scaled(amount: &str, unit: u128) -> Option<u128> {
    let digits: String = amount.chars().filter(|c| *c != '_').collect();
    let (whole, fraction) = digits.split_once('.').unwrap_or((&digits, ""));
    let mut nanos = whole.parse::<u128>().ok()?.checked_mul(unit)?;
    let mut place = unit;
    for digit in fraction.chars() {
        place /= 10;
        nanos = nanos.checked_add(u128::from(digit.to_digit(10)?) * place)?;
    }
    Some(nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(text: &str) -> u128 {
        parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).as_nanos()
    }

    #[test]
    fn reads_amounts_with_units() {
        assert_eq!(nanos("250ms"), 250_000_000);
        assert_eq!(nanos("1.5s"), 1_500_000_000);
        assert_eq!(nanos("2m"), 120_000_000_000);
        assert_eq!(nanos("1h30m"), 5_400_000_000_000);
        assert_eq!(nanos("1h 30m 5s"), 5_405_000_000_000);
        assert_eq!(nanos("10_000 us"), 10_000_000);
        assert_eq!(nanos("7µs"), 7_000);
        assert_eq!(nanos("0.25us"), 250);
        assert_eq!(nanos("90m"), 5_400_000_000_000);
    }

    #[test]
    fn says_what_is_wrong() {
        let error = |text| parse(text).expect_err(text);
        assert!(error("").contains("empty"));
        assert!(error("250").contains("write \"250ms\""));
        assert!(error("5sec").contains("write \"5s\""));
        assert!(error("5 minutes").contains("write \"5m\""));
        assert!(error("3d").contains("is not a unit"));
        assert!(error("-5s").contains("not a duration"));
        assert!(error("1.s").contains("not a duration"));
        assert!(error("1.2.3s").contains("too long") || error("1.2.3s").contains("not a"));
        assert!(error("30m1h").contains("from large to small"));
        assert!(error("1s1s").contains("from large to small"));
        assert!(error("99999999999999999999999999h").contains("too long"));
        assert!(error("ms").contains("not a duration"));
    }

    #[test]
    fn writes_the_shortest_constructor() {
        let runtime = quote::quote!(p);
        let written = |time| tokens(time, Span::call_site(), &runtime).to_string().replace(' ', "");
        assert_eq!(written(Duration::from_mins(2)), "p::Duration::from_secs(120)");
        assert_eq!(written(Duration::from_millis(1500)), "p::Duration::from_millis(1500)");
        assert_eq!(written(Duration::from_nanos(7)), "p::Duration::from_nanos(7)");
    }
}
