//! Durations: `"250ms"`, `"1.5s"`, `"1h30m"`.

use std::time::Duration;

/// Units from large to small, in nanoseconds. The first of two names is the one that is written.
pub(super) const UNITS: [(&str, u128); 7] = [
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("ns", 1),
];

/// Reads a sum of amounts with units that fall in size.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err("the duration is empty: write one like \"250ms\" or \"1.5s\"".into());
    }
    let (mut total, mut largest) = (0_u128, u128::MAX);
    while !rest.is_empty() {
        let (amount, after) = number(rest, text)?;
        let (unit, after) = unit(after, amount, text)?;
        if unit >= largest {
            return Err(format!("the units of \"{text}\" must fall in size, as in \"1h30m\""));
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
    match UNITS.iter().find(|(unit, _)| *unit == name) {
        Some((_, nanos)) => Ok((*nanos, rest)),
        None => Err(no_unit(name, amount, whole)),
    }
}

fn no_unit(name: &str, amount: &str, whole: &str) -> String {
    let known = "the units are ns, us, ms, s, m and h";
    match (name, meant(name)) {
        ("", _) => {
            format!("\"{whole}\" lacks a unit: write \"{amount}ms\" or \"{amount}s\" ({known})")
        }
        (_, Some(unit)) => {
            format!("`{name}` is not a unit: write \"{amount}{unit}\" ({known})")
        }
        (_, None) => format!("`{name}` is not a unit: {known}"),
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

/// `amount * unit` in nanoseconds, exactly; what is finer than a nanosecond is truncated.
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

    #[test]
    fn reads_amounts_with_units() {
        let nanos = |text| parse_duration(text).expect(text).as_nanos();
        assert_eq!(nanos("250ms"), 250_000_000);
        assert_eq!(nanos("1.5s"), 1_500_000_000);
        assert_eq!(nanos("1h 30m 5s"), 5_405_000_000_000);
        assert_eq!(nanos("10_000 us"), 10_000_000);
        assert_eq!(nanos("7µs"), 7_000);
        assert_eq!(nanos("0.25us"), 250);
        assert_eq!(nanos("90m"), 5_400_000_000_000);
    }

    #[test]
    fn says_what_is_wrong() {
        let error = |text| parse_duration(text).expect_err(text);
        assert!(error("").contains("empty"));
        assert!(error("250").contains("write \"250ms\""));
        assert!(error("5sec").contains("write \"5s\""));
        assert!(error("5 minutes").contains("write \"5m\""));
        assert!(error("1M").contains("write \"1ms\""));
        assert!(error("2 hours").contains("write \"2h\""));
        assert!(error("3usec").contains("write \"3us\""));
        assert!(error("4 nanos").contains("write \"4ns\""));
        assert!(error("3d").contains("is not a unit"));
        assert!(error("-5s").contains("not a duration"));
        assert!(error("1.s").contains("not a duration"));
        assert!(error("ms").contains("not a duration"));
        assert!(error("1.2.3s").contains("too long"));
        assert!(error("30m1h").contains("fall in size"));
        assert!(error("1s1s").contains("fall in size"));
        assert!(error("99999999999999999999999999h").contains("too long"));
    }
}
