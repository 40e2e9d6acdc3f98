//! Durations as text that is read back: `"1m 30s"`.

use std::fmt::Write;
use std::time::Duration;

use super::duration::UNITS;

/// What [`parse_duration`](super::parse_duration) reads back: whole amounts with units that fall in size.
pub(crate) fn format_duration(duration: Duration) -> String {
    let (mut text, mut rest) = (String::new(), duration.as_nanos());
    for (unit, nanos) in UNITS {
        if rest >= nanos {
            let gap = if text.is_empty() { "" } else { " " };
            // Writing to a string does not fail.
            let _ = write!(text, "{gap}{}{unit}", rest / nanos);
            rest %= nanos;
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::parse_duration;

    #[test]
    fn writes_what_it_reads() {
        for (nanos, text) in [
            (0, "0s"),
            (7, "7ns"),
            (90_000_000_000, "1m 30s"),
            (1_500_000, "1ms 500us"),
            (60 * 86_400_000_000_000, "1440h"),
            (u64::MAX, "5124095h 34m 33s 709ms 551us 615ns"),
        ] {
            let duration = Duration::from_nanos(nanos);
            assert_eq!(format_duration(duration), text);
            assert_eq!(parse_duration(text), Ok(duration));
        }
    }
}
