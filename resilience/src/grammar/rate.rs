//! Rates: `COUNT/[N]UNIT`, how many calls in which time. Parsed in `const` context.

use std::time::Duration;

const SYNTAX: &str = "a rate is COUNT/[N]UNIT with units ms, s, m, h: write \"100/s\", \"5/m\" \
                      or \"1000/250ms\"";
const NOT_ZERO: &str = "a rate's count and period are at least 1: write \"1/s\" or more";
const TOO_FAST: &str = "a rate is at most one call per nanosecond: write less";

/// Reads a count and a period.
pub(crate) const fn parse_rate(text: &str) -> Result<(u32, Duration), &'static str> {
    let text = text.as_bytes();
    let (Some(count), slash) = number(text, 0) else { return Err(SYNTAX) };
    if slash == 0 || slash >= text.len() || text[slash] != b'/' {
        return Err(SYNTAX);
    }
    let (Some(units), unit) = number(text, slash + 1) else { return Err(SYNTAX) };
    let units = if unit == slash + 1 { 1 } else { units };
    let Some(millis) = millis(text, unit) else { return Err(SYNTAX) };
    let period = Duration::from_millis(units as u64 * millis);
    match check_rate(count, period) {
        Ok(()) => Ok((count, period)),
        Err(problem) => Err(problem),
    }
}

/// Whether so many calls in such a period are a rate.
pub(crate) const fn check_rate(count: u32, period: Duration) -> Result<(), &'static str> {
    if count == 0 || period.is_zero() {
        Err(NOT_ZERO)
    } else if period.as_nanos() < count as u128 {
        Err(TOO_FAST)
    } else {
        Ok(())
    }
}

#[allow(clippy::cast_possible_truncation, reason = "checked on the way")]
/// The digits from `at` on as a number (`None`: too large), and where they end.
const fn number(text: &[u8], mut at: usize) -> (Option<u32>, usize) {
    let mut value: u64 = 0;
    while at < text.len() && text[at].is_ascii_digit() {
        value = value * 10 + (text[at] - b'0') as u64;
        if value > u32::MAX as u64 {
            return (None, at);
        }
        at += 1;
    }
    (Some(value as u32), at)
}

/// The unit that fills `text` from `at` to its end, in milliseconds.
const fn millis(text: &[u8], at: usize) -> Option<u64> {
    match text.split_at(at).1 {
        b"ms" => Some(1),
        b"s" => Some(1_000),
        b"m" => Some(60_000),
        b"h" => Some(3_600_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_else_is_rejected() {
        for text in [
            "",
            "/",
            "100",
            "/s",
            "100/",
            "100/x",
            "-1/s",
            "1.5/s",
            "100 /s",
            "100/s ",
            "9999999999/s",
        ] {
            assert_eq!(parse_rate(text), Err(SYNTAX), "{text}");
        }
        assert_eq!(parse_rate("0/s"), Err(NOT_ZERO));
        assert_eq!(parse_rate("1/0s"), Err(NOT_ZERO));
        assert_eq!(parse_rate("1000001/1ms"), Err(TOO_FAST));
    }

    #[test]
    fn a_call_per_nanosecond_is_the_most() {
        assert_eq!(parse_rate("1000000/1ms"), Ok((1_000_000, Duration::from_millis(1))));
        assert_eq!(parse_rate("4294967295/5s"), Ok((u32::MAX, Duration::from_secs(5))));
    }
}
