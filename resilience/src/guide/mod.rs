//! The guide: from the first function to a service in production. Pages, no code.
//!
//! | page | answers |
//! |---|---|
//! | [`first_function`] | how do I guard a function, and see that it works? |
//! | [`values`] | which limits, rates and delays, and why? |
//! | [`order`] | which attribute stands outside which? |
//! | [`errors`] | what becomes of my error type, and who judges it? |
//! | [`sharing`] | one policy for several functions, or one per host, tenant, user? |
//! | [`fleets`] | what do ten replicas do together, and what each alone? |
//! | [`deadlines`] | what travels with a call: deadline, attempt, id; what happens when it is dropped? |
//! | [`testing`] | how do I test what is guarded, without waiting? |
//! | [`operating`] | what do I look at, alert on and change at night? |
//! | [`libraries`] | I write a library or an SDK: what do its users see? |
//! | [`migrating`] | I know gobreaker, resilience4j, Polly: what is it called here? |
//! | [`migrating_rust`] | I use failsafe, recloser, backon, tower or tower-resilience: what does it look like here? |
//!
//! Each attribute's page lists its options: [`circuit_breaker`](macro@crate::circuit_breaker),
//! [`retry`](macro@crate::retry), [`timeout`](macro@crate::timeout), [`bulkhead`](macro@crate::bulkhead),
//! [`rate_limit`](macro@crate::rate_limit), [`fallback`](macro@crate::fallback), [`hedge`](macro@crate::hedge),
//! [`resilient`](macro@crate::resilient), [`health_check`](macro@crate::health_check).

pub mod deadlines;
pub mod errors;
pub mod first_function;
pub mod fleets;
pub mod libraries;
pub mod migrating;
pub mod migrating_rust;
pub mod operating;
pub mod order;
pub mod sharing;
pub mod testing;
pub mod values;
