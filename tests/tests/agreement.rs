//! What stands in both crates says the same: a literal in an attribute, and the same text in a config as data.

use resilience::{
    CircuitBreaker, CircuitBreakerConfig, RateLimitConfig, RateLimiter, Timeout, TimeoutConfig,
    circuit_breaker, rate_limit, timeout,
};
use serde_json::json;

macro_rules! durations {
    ($($name:ident $text:literal;)*) => {
        $(#[timeout($text)] static $name: Timeout;)*

        #[test]
        fn durations_are_read_alike() {
            $({
                let data: TimeoutConfig = serde_json::from_value(json!({ "after": $text })).unwrap();
                assert_eq!(*$name.config(), data, $text);
            })*
        }
    };
}

durations! {
    MILLIS "250ms"; FRACTION "1.5s"; MINUTES "2m"; SUM "1h30m"; MICROS "300us"; NANOS "1500ns"; ALL "1h2m3s4ms";
}

macro_rules! ratios {
    ($($name:ident $ratio:literal;)*) => {
        $(#[circuit_breaker(failure_rate = $ratio)] static $name: CircuitBreaker;)*

        #[test]
        fn ratios_are_read_alike() {
            $({
                let data = json!({ "failure_rate": $ratio });
                let data: CircuitBreakerConfig = serde_json::from_value(data).unwrap();
                assert_eq!(*$name.config(), data, "{}", $ratio);
            })*
        }
    };
}

ratios! { NUMBER 0.28; PERCENT "25%"; PARTS "12.5%"; WHOLE 1.0; ALL_OF_THEM "100%"; }

macro_rules! rates {
    ($($name:ident $text:literal;)*) => {
        $(#[rate_limit($text)] static $name: RateLimiter;)*

        #[test]
        fn rates_are_read_alike() {
            $({
                let data: RateLimitConfig = serde_json::from_value(json!({ "rate": $text })).unwrap();
                assert_eq!(*$name.config(), data, $text);
            })*
        }
    };
}

rates! { PER_SECOND "100/s"; PER_MINUTE "5/m"; PER_PERIOD "1000/250ms"; PER_HOURS "7/2h"; }

/// Each of these is a compile error in an attribute, too.
#[test]
fn what_attributes_reject_is_no_data_either() {
    for text in ["1M", "1d", "5", "-5s", "", "s", "1 fortnight"] {
        let read = serde_json::from_value::<TimeoutConfig>(json!({ "after": text }));
        assert!(read.is_err(), "{text}");
    }
    for rate in ["0/s", "100", "100/d", "-1/s", "1/0s"] {
        let read = serde_json::from_value::<RateLimitConfig>(json!({ "rate": rate }));
        assert!(read.is_err(), "{rate}");
    }
    for ratio in [json!("0%"), json!("101%"), json!(-0.5), json!("half")] {
        let read = serde_json::from_value::<CircuitBreakerConfig>(json!({ "failure_rate": ratio }));
        assert!(read.is_err(), "{ratio}");
    }
}
