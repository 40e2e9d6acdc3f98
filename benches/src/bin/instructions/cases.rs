//! The cases, and how many instructions each may cost above the bare call.

#[cfg(feature = "fleet")]
use crate::fleet;
use crate::{attributes, by_hand};

/// One guarded call, written in both forms.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// What the attribute form should cost at most. A limit that runs from the first poll may cost 20, an option that
    /// can change while the program runs 1 or 2.
    pub(crate) target: u32,
    /// What it costs today, where that is more: it must not get worse.
    pub(crate) ceiling: Option<u32>,
    pub(crate) attributes: fn(u64),
    pub(crate) by_hand: fn(u64),
}

pub(crate) const CASES: [Case; 18] = [
    Case {
        name: "breaker, success, consecutive",
        target: 30,
        ceiling: None,
        attributes: attributes::breaker_consecutive,
        by_hand: by_hand::breaker_consecutive,
    },
    Case {
        name: "breaker, success, last 100 calls",
        target: 40,
        ceiling: None,
        attributes: attributes::breaker_count_window,
        by_hand: by_hand::breaker_count_window,
    },
    Case {
        name: "breaker, success, last 10 s",
        target: 110,
        ceiling: None,
        attributes: attributes::breaker_time_window,
        by_hand: by_hand::breaker_time_window,
    },
    Case {
        name: "breaker, open rejection",
        target: 60,
        ceiling: Some(83),
        attributes: attributes::breaker_open,
        by_hand: by_hand::breaker_open,
    },
    // Of two calls, one that fails may cost 130.
    Case {
        name: "breaker, every second fails, consecutive",
        target: 79,
        ceiling: None,
        attributes: attributes::breaker_consecutive_failing,
        by_hand: by_hand::breaker_consecutive_failing,
    },
    Case {
        name: "breaker, every second fails, last 100 calls",
        target: 79,
        ceiling: None,
        attributes: attributes::breaker_count_window_failing,
        by_hand: by_hand::breaker_count_window_failing,
    },
    Case {
        name: "breaker, every second fails, last 10 s",
        target: 95,
        ceiling: None,
        attributes: attributes::breaker_time_window_failing,
        by_hand: by_hand::breaker_time_window_failing,
    },
    Case {
        name: "retry, first attempt succeeds",
        target: 27,
        ceiling: None,
        attributes: attributes::retry,
        by_hand: by_hand::retry,
    },
    Case {
        name: "timeout, ready future",
        target: 61,
        ceiling: None,
        attributes: attributes::timeout,
        by_hand: by_hand::timeout,
    },
    // By hand it is tokio's own, for comparison.
    Case {
        name: "timeout, body waits three times",
        target: 900,
        ceiling: None,
        attributes: attributes::timeout_waiting,
        by_hand: by_hand::timeout_waiting,
    },
    Case {
        name: "bulkhead",
        target: 21,
        ceiling: None,
        attributes: attributes::bulkhead,
        by_hand: by_hand::bulkhead,
    },
    Case {
        name: "bulkhead, adaptive, no sample",
        target: 20,
        ceiling: None,
        attributes: attributes::bulkhead_adaptive,
        by_hand: by_hand::bulkhead_adaptive,
    },
    // 20, and two readings of the processor's counter.
    Case {
        name: "bulkhead, adaptive, a sample",
        target: 80,
        ceiling: Some(121),
        attributes: attributes::bulkhead_sampled,
        by_hand: by_hand::bulkhead_sampled,
    },
    Case {
        name: "all four",
        target: 214,
        ceiling: None,
        attributes: attributes::all_four,
        by_hand: by_hand::all_four,
    },
    Case {
        name: "rate limit, allow",
        target: 67,
        ceiling: None,
        attributes: attributes::limiter_allow,
        by_hand: by_hand::limiter_allow,
    },
    Case {
        name: "rate limit, reject",
        target: 80,
        ceiling: Some(102),
        attributes: attributes::limiter_refuse,
        by_hand: by_hand::limiter_refuse,
    },
    Case {
        name: "rate limit, known key",
        target: 235,
        ceiling: None,
        attributes: attributes::known_key,
        by_hand: by_hand::known_key,
    },
    Case {
        name: "all six",
        target: 286,
        ceiling: Some(288),
        attributes: attributes::all_six,
        by_hand: by_hand::all_six,
    },
];

/// What the program has in it only with feature `fleet`.
#[cfg(not(feature = "fleet"))]
pub(crate) const FLEET: [Case; 0] = [];
#[cfg(feature = "fleet")]
pub(crate) const FLEET: [Case; 1] = [Case {
    name: "fleet's rate limit, leased turn",
    target: 200,
    ceiling: None,
    attributes: fleet::by_attribute,
    by_hand: fleet::by_hand,
}];
