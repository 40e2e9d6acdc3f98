//! The cases, and how many instructions each may cost above the bare call.

use crate::{attributes, by_hand};

/// One guarded call, written in both forms.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// The most that the attribute form may cost.
    pub(crate) target: u32,
    pub(crate) attributes: fn(u64),
    pub(crate) by_hand: fn(u64),
}

pub(crate) const CASES: [Case; 12] = [
    Case {
        name: "breaker, success, consecutive",
        target: 30,
        attributes: attributes::breaker_consecutive,
        by_hand: by_hand::breaker_consecutive,
    },
    Case {
        name: "breaker, success, last 100 calls",
        target: 40,
        attributes: attributes::breaker_count_window,
        by_hand: by_hand::breaker_count_window,
    },
    Case {
        name: "breaker, success, last 10 s",
        target: 110,
        attributes: attributes::breaker_time_window,
        by_hand: by_hand::breaker_time_window,
    },
    Case {
        name: "breaker, open rejection",
        target: 60,
        attributes: attributes::breaker_open,
        by_hand: by_hand::breaker_open,
    },
    Case {
        name: "retry, first attempt succeeds",
        target: 25,
        attributes: attributes::retry,
        by_hand: by_hand::retry,
    },
    Case {
        name: "timeout, ready future",
        target: 40,
        attributes: attributes::timeout,
        by_hand: by_hand::timeout,
    },
    Case {
        name: "bulkhead",
        target: 20,
        attributes: attributes::bulkhead,
        by_hand: by_hand::bulkhead,
    },
    Case {
        name: "all four",
        target: 190,
        attributes: attributes::all_four,
        by_hand: by_hand::all_four,
    },
    Case {
        name: "rate limit, allow",
        target: 65,
        attributes: attributes::limiter_allow,
        by_hand: by_hand::limiter_allow,
    },
    Case {
        name: "rate limit, reject",
        target: 80,
        attributes: attributes::limiter_refuse,
        by_hand: by_hand::limiter_refuse,
    },
    Case {
        name: "rate limit, known key",
        target: 235,
        attributes: attributes::known_key,
        by_hand: by_hand::known_key,
    },
    Case {
        name: "all six",
        target: 260,
        attributes: attributes::all_six,
        by_hand: by_hand::all_six,
    },
];
