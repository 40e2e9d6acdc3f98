//! Metrics for other systems: everything is read from the registry on demand, so that a call pays nothing.
//!
//! ```
//! use resilience::observe::Format;
//!
//! let text = Format::Prometheus.text(resilience::registry());
//! assert!(text.starts_with("# HELP resilience_calls_total "));
//! ```
//!
//! | metric | labels | |
//! |---|---|---|
//! | `resilience_calls_total` | `kind`, `policy`, `outcome` | how calls ended |
//! | `resilience_circuit_breaker_state` | `policy`, `state` | 1 for the present state, 0 for every other |
//! | `resilience_circuit_breaker_transitions_total` | `policy`, `from`, `to` | changes of state |
//! | `resilience_retries_total` | `policy` | attempts beyond the first ones |
//! | `resilience_nested_retries_total` | `outer`, `inner` | calls of a retry that began inside an attempt of another one |
//! | `resilience_bulkhead_in_flight` | `policy` | calls that run |
//! | `resilience_bulkhead_queued` | `policy` | calls that wait |
//! | `resilience_bulkhead_limit` | `policy` | how many calls may run |
//! | `resilience_bulkhead_latency_seconds` | `policy`, `kind` | what calls through an adaptive bulkhead take without a queue (`base`) and now (`recent`); of several keys the longest |
//! | `resilience_bulkhead_wait_seconds` | `policy` | histogram: how long calls waited for a slot, of those that waited and got it |
//! | `resilience_policy_mode` | `kind`, `policy`, `mode` | 1 for the mode in force |
//! | `resilience_call_duration_seconds` | `policy` | a histogram, for the breakers with the option `latency` |
//!
//! Outcomes are what a policy counts anyway; what it lets pass untouched, it doesn't count:
//!
//! | kind | outcomes |
//! |---|---|
//! | `circuit_breaker` | `success`, `failure`, `ignored`, `cancelled`, `stale`, `rejected` |
//! | `retry` | `recovered` (by a retry), `exhausted`; not the calls that a first attempt settled |
//! | `timeout` | `timed_out`, `deadline_exceeded` |
//! | `bulkhead`, `rate_limit` | `rejected` |
//! | `fallback` | `fell_back`: expressions tried |
//! | `hedge` | `hedged`: attempts beyond the first ones |
//!
//! Every kind has the outcomes `would_reject` and `bypassed` as well, once a call passed because its policy only observed
//! or was off.
//!
//! With feature `redis`:
//!
//! | metric | labels | |
//! |---|---|---|
//! | `resilience_shared_requests_total` | `policy`, `outcome` | requests for turns of a limit that a fleet shares: `granted`, `refused` or `failed`; and calls that were decided `local`ly |
//! | `resilience_shared_leased` | `policy` | turns that were fetched ahead and are not used yet |
//! | `resilience_shared_request_seconds` | | histogram: how long the store took to answer |
//!
//! With feature `overrides`, once overrides were read:
//!
//! | metric | labels | |
//! |---|---|---|
//! | `resilience_overridden` | `kind`, `policy` | how many options, mode and state included, are not as the attribute says |
//! | `resilience_overrides_reloads_total` | `outcome` | `applied`, `unchanged` or `refused` |
//! | `resilience_overrides_applied_timestamp_seconds` | | when overrides were applied last, since the Unix epoch |
//!
//! A policy per key is one series, all keys together and evicted ones included: keys never become labels. Policies
//! that share a name (see [`Registry::name_clashes`](crate::Registry::name_clashes)) are added up too. In either case more than one
//! state may be 1. Of the transitions, those by a breaker's own judgement are always there, those by hand once they
//! happened.
//!
//! With feature `metrics` the same goes to the [`metrics` facade](metrics), with feature `opentelemetry` to
//! [OpenTelemetry instruments](opentelemetry). What happens to calls, one by one, is told by a stream of [`Events`]; see
//! [`Registry::events`](crate::Registry::events).

mod collect;
mod families;
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "opentelemetry")]
pub mod opentelemetry;
mod outcomes;
mod series;
mod sink;
mod sorted;
mod text;

#[cfg(feature = "axum")]
pub(crate) use self::collect::Collected;
pub use self::text::Format;
pub use crate::stack::event::Events;
