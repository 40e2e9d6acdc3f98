//! Every attribute of ours, each in a file of its own: its options, what they mean together, and how it wraps a call.

pub(crate) mod admission;
pub(crate) mod backoff;
pub(crate) mod bulkhead;
pub(crate) mod circuit_breaker;
pub(crate) mod fallback;
pub(crate) mod health_check;
pub(crate) mod hedge;
pub(crate) mod keys;
pub(crate) mod option_table;
pub(crate) mod pipeline;
pub(crate) mod rate_limit;
pub(crate) mod reading;
pub(crate) mod resilient;
pub(crate) mod retry;
pub(crate) mod timeout;

use self::reading::Reader;

/// Every attribute of ours.
pub(crate) static ALL: &[&Reader] = &[
    &circuit_breaker::READER,
    &retry::READER,
    &timeout::READER,
    &bulkhead::READER,
    &rate_limit::READER,
    &fallback::READER,
    &hedge::READER,
    &resilient::READER,
    &health_check::READER,
];

/// The attribute that users write as `name`.
pub(crate) fn named(name: &str) -> Option<&'static Reader> {
    ALL.iter().find(|reader| reader.attribute.name == name).copied()
}

/// Whether users write an attribute of ours as `name`.
pub(crate) fn is_ours(name: &str) -> bool {
    named(name).is_some()
}
