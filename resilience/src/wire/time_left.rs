//! How much time is left, as header values.

use std::time::Duration;

use ::http::HeaderMap;

use crate::clock;

pub(crate) const GRPC_TIMEOUT: &str = "grpc-timeout";
pub(crate) const REQUEST_TIMEOUT_MS: &str = "x-request-timeout-ms";
const ENVOY_TIMEOUT_MS: &str = "x-envoy-expected-rq-timeout-ms";

/// gRPC's units and their nanoseconds, small to large.
const UNITS: [(char, u64); 6] = [
    ('n', 1),
    ('u', 1_000),
    ('m', 1_000_000),
    ('S', 1_000_000_000),
    ('M', 60_000_000_000),
    ('H', 3_600_000_000_000),
];

/// An amount of gRPC's has at most eight digits.
const DIGITS: usize = 8;
const MOST: u64 = 99_999_999;

/// As gRPC writes it: in milliseconds, unless that is too coarse or has too many digits. It is rounded down, but never to
/// zero, which is no amount.
pub(super) fn as_grpc(left: Duration) -> String {
    let nanos = clock::span(left).max(1);
    let fine_enough = |(_, size): &&(char, u64)| match *size {
        1 => nanos < 1_000,
        1_000 => nanos < 100_000_000 && !nanos.is_multiple_of(1_000_000),
        size => nanos / size <= MOST,
    };
    let (unit, size) = UNITS.iter().find(fine_enough).unwrap_or(&UNITS[UNITS.len() - 1]);
    format!("{}{unit}", nanos / size)
}

/// As whole milliseconds.
pub(super) fn as_millis(left: Duration) -> String {
    (clock::span(left) / 1_000_000).to_string()
}

/// What a request says about the time that its sender waits for the answer.
pub(super) fn claimed(headers: &HeaderMap) -> Option<Duration> {
    named(headers, GRPC_TIMEOUT)
        .or_else(|| named(headers, ENVOY_TIMEOUT_MS))
        .or_else(|| named(headers, REQUEST_TIMEOUT_MS))
}

/// What one of these headers says; nothing where it is malformed.
pub(super) fn named(headers: &HeaderMap, name: &'static str) -> Option<Duration> {
    let value = headers.get(name)?.to_str().ok()?;
    match name {
        GRPC_TIMEOUT => of_grpc(value),
        _ => whole_number(value).map(Duration::from_millis),
    }
}

fn of_grpc(value: &str) -> Option<Duration> {
    let unit = value.chars().next_back()?;
    let amount = &value[..value.len() - unit.len_utf8()];
    if amount.len() > DIGITS {
        return None;
    }
    let (_, size) = UNITS.iter().find(|(known, _)| *known == unit)?;
    Some(Duration::from_nanos(whole_number(amount)?.saturating_mul(*size)))
}

/// Digits alone: `u64` would read a plus sign.
pub(super) fn whole_number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_have_at_most_eight_digits() {
        for (left, text) in [
            (Duration::from_millis(1500), "1500m"),
            (Duration::from_secs(100_000), "100000S"),
            (Duration::from_millis(99_999_999), "99999999m"),
            (Duration::from_micros(250), "250u"),
            (Duration::from_micros(5_500), "5500u"),
            (Duration::from_micros(1_234_567), "1234m"),
            (Duration::from_nanos(999), "999n"),
            (Duration::from_secs(200_000_000), "3333333M"),
            (Duration::MAX, "2562047H"),
            (Duration::ZERO, "1n"),
        ] {
            assert_eq!(as_grpc(left), text, "{left:?}");
        }
        assert_eq!(as_millis(Duration::from_micros(1_999)), "1");
    }

    fn headers(of: &[(&'static str, &str)]) -> HeaderMap {
        of.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_first_header_that_can_be_read_counts() {
        let all = [(REQUEST_TIMEOUT_MS, "3"), (ENVOY_TIMEOUT_MS, "2"), (GRPC_TIMEOUT, "1S")];
        assert_eq!(claimed(&headers(&all)), Some(Duration::from_secs(1)));
        assert_eq!(claimed(&headers(&all[..2])), Some(Duration::from_millis(2)));
        assert_eq!(claimed(&headers(&all[..1])), Some(Duration::from_millis(3)));
        let broken = [(GRPC_TIMEOUT, "soon"), (REQUEST_TIMEOUT_MS, "3")];
        assert_eq!(claimed(&headers(&broken)), Some(Duration::from_millis(3)));
        assert_eq!(claimed(&HeaderMap::new()), None);
    }

    #[test]
    fn what_is_malformed_or_hostile_is_ignored() {
        for value in ["", "S", "1", "1s", "-1S", "+1S", "1.5S", "123456789S", " 1S", "1 S", "1Sm"] {
            assert_eq!(named(&headers(&[(GRPC_TIMEOUT, value)]), GRPC_TIMEOUT), None, "{value}");
        }
        for value in ["", "-1", "+1", "1.5", "1ms", "0x10", "99999999999999999999999"] {
            let headers = headers(&[(REQUEST_TIMEOUT_MS, value)]);
            assert_eq!(named(&headers, REQUEST_TIMEOUT_MS), None, "{value}");
        }
        let bytes = ::http::HeaderValue::from_bytes("1µ".as_bytes()).unwrap();
        let strange = HeaderMap::from_iter([(GRPC_TIMEOUT.parse().unwrap(), bytes)]);
        assert_eq!(claimed(&strange), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_a_little_shorter(nanos in 1..u64::MAX >> 1) {
            let left = Duration::from_nanos(nanos);
            let text = as_grpc(left);
            prop_assert!(text.len() <= DIGITS + 1, "{text}");
            let read = of_grpc(&text).unwrap();
            prop_assert!(read <= left && read >= left.mul_f64(0.98), "{text} of {left:?}");
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = of_grpc(&text);
        }
    }
}
