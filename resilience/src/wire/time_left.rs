//! How much time is left, as header values.

use std::time::Duration;

use ::http::{HeaderMap, HeaderName};

use super::amount::Amount;
use super::names::{ENVOY_TIMEOUT_MS, GRPC_TIMEOUT, REQUEST_TIMEOUT_MS};
use crate::clock;

/// gRPC's units and their nanoseconds, small to large.
const UNITS: [(u8, u64); 6] = [
    (b'n', 1),
    (b'u', 1_000),
    (b'm', 1_000_000),
    (b'S', 1_000_000_000),
    (b'M', 60_000_000_000),
    (b'H', 3_600_000_000_000),
];

/// An amount of gRPC's has at most eight digits.
const DIGITS: usize = 8;
const MOST: u64 = 99_999_999;

/// As gRPC writes it: in milliseconds, unless that is too coarse or has too many digits. It is rounded down, but never to
/// zero, which is no amount.
pub(super) fn as_grpc(left: Duration) -> Amount {
    let nanos = clock::span(left).max(1);
    let fine_enough = |(_, size): &&(u8, u64)| match *size {
        1 => nanos < 1_000,
        1_000 => nanos < 100_000_000 && !nanos.is_multiple_of(1_000_000),
        size => nanos / size <= MOST,
    };
    let (unit, size) = UNITS.iter().find(fine_enough).unwrap_or(&UNITS[UNITS.len() - 1]);
    Amount::in_unit(nanos / size, *unit)
}

/// As whole milliseconds.
pub(super) fn as_millis(left: Duration) -> Amount {
    Amount::new(clock::span(left) / 1_000_000)
}

/// What a request says about the time that its sender waits for the answer.
pub(super) fn claimed(headers: &HeaderMap) -> Option<Duration> {
    grpc_timeout(headers)
        .or_else(|| millis(headers, &ENVOY_TIMEOUT_MS))
        .or_else(|| millis(headers, &REQUEST_TIMEOUT_MS))
}

fn grpc_timeout(headers: &HeaderMap) -> Option<Duration> {
    of_grpc(headers.get(&GRPC_TIMEOUT)?.as_bytes())
}

fn millis(headers: &HeaderMap, name: &HeaderName) -> Option<Duration> {
    of_millis(headers.get(name)?.as_bytes())
}

/// What a header of milliseconds says; nothing where it is malformed.
pub(super) fn of_millis(value: &[u8]) -> Option<Duration> {
    whole_number(value).map(Duration::from_millis)
}

/// What `grpc-timeout` says; nothing where it is malformed.
pub(super) fn of_grpc(value: &[u8]) -> Option<Duration> {
    let (unit, amount) = value.split_last()?;
    if amount.len() > DIGITS {
        return None;
    }
    let (_, size) = UNITS.iter().find(|(known, _)| known == unit)?;
    Some(Duration::from_nanos(whole_number(amount)?.saturating_mul(*size)))
}

/// Digits alone, and at least one: `u64` would read a plus sign.
pub(super) fn whole_number(text: &[u8]) -> Option<u64> {
    let digit = |sum: u64, byte: &u8| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    };
    if text.is_empty() { None } else { text.iter().try_fold(0, digit) }
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
            assert_eq!(as_grpc(left).as_str(), text, "{left:?}");
        }
        assert_eq!(as_millis(Duration::from_micros(1_999)).as_str(), "1");
    }

    fn headers(of: &[(&HeaderName, &str)]) -> HeaderMap {
        of.iter().map(|(name, value)| ((*name).clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_first_header_that_can_be_read_counts() {
        let all = [(&REQUEST_TIMEOUT_MS, "3"), (&ENVOY_TIMEOUT_MS, "2"), (&GRPC_TIMEOUT, "1S")];
        assert_eq!(claimed(&headers(&all)), Some(Duration::from_secs(1)));
        assert_eq!(claimed(&headers(&all[..2])), Some(Duration::from_millis(2)));
        assert_eq!(claimed(&headers(&all[..1])), Some(Duration::from_millis(3)));
        let broken = [(&GRPC_TIMEOUT, "soon"), (&REQUEST_TIMEOUT_MS, "3")];
        assert_eq!(claimed(&headers(&broken)), Some(Duration::from_millis(3)));
        assert_eq!(claimed(&HeaderMap::new()), None);
    }

    #[test]
    fn what_is_malformed_or_hostile_is_ignored() {
        for value in ["", "S", "1", "1s", "-1S", "+1S", "1.5S", "123456789S", " 1S", "1 S", "1Sm"] {
            assert_eq!(grpc_timeout(&headers(&[(&GRPC_TIMEOUT, value)])), None, "{value}");
        }
        for value in ["", "-1", "+1", "1.5", "1ms", "0x10", "99999999999999999999999"] {
            let headers = headers(&[(&REQUEST_TIMEOUT_MS, value)]);
            assert_eq!(millis(&headers, &REQUEST_TIMEOUT_MS), None, "{value}");
        }
        let bytes = ::http::HeaderValue::from_bytes("1µ".as_bytes()).unwrap();
        let strange = HeaderMap::from_iter([(GRPC_TIMEOUT.clone(), bytes)]);
        assert_eq!(claimed(&strange), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_a_little_shorter(nanos in 1..u64::MAX >> 1) {
            let left = Duration::from_nanos(nanos);
            let text = as_grpc(left);
            prop_assert!(text.as_bytes().len() <= DIGITS + 1, "{}", text.as_str());
            let read = of_grpc(text.as_bytes()).unwrap();
            prop_assert!(read <= left && read >= left.mul_f64(0.98), "{read:?} of {left:?}");
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = of_grpc(text.as_bytes());
        }
    }
}
