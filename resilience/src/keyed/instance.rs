//! What a policy must know to be kept per key.

use std::sync::Arc;

use super::aggregate::{Aggregate, BreakerAggregate, BulkheadAggregate, LimiterAggregate};
use super::template::Template;
use crate::bulkhead::{Bulkhead, BulkheadConfig};
use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};
use crate::circuit_state::CircuitState;
use crate::current::Configured;
use crate::mode::Mode;
use crate::name::Identity;
use crate::problem::Problem;
use crate::rate_limit::Limit;
use crate::rate_limit::{RateLimitConfig, RateLimiter};

/// A policy that can be kept per key: [`CircuitBreaker`], [`Bulkhead`], [`RateLimiter`].
pub trait PerKey: sealed::Sealed + Send + Sync + Sized + 'static {
    /// Its options.
    type Config: Clone + PartialEq + Send + Sync;

    /// One key's policy: as small as it can be, for there may be many.
    type Instance: Send + Sync + 'static;

    /// What the policies of all keys are made from.
    #[doc(hidden)]
    type Template: Send + Sync;

    #[doc(hidden)]
    type Aggregate: Aggregate;

    #[doc(hidden)]
    fn template(identity: Identity, config: &Self::Config) -> Self::Template;

    /// `key` is its text, for those that need it.
    #[doc(hidden)]
    fn instance(template: &Self::Template, key: &dyn Fn() -> String) -> Self::Instance;

    /// Replaces the options and the mode of the policies to come.
    #[doc(hidden)]
    fn update(template: &Self::Template, config: &Self::Config, mode: Mode);

    /// Gives a policy the options and the mode that the template has by now.
    ///
    /// # Errors
    /// When it has had too many options.
    #[doc(hidden)]
    fn refresh(template: &Self::Template, policy: &Self::Instance) -> Result<(), Problem>;

    /// Tells hooks what [`refresh`](Self::refresh) has changed beside options and mode.
    #[doc(hidden)]
    fn tell(policy: &Self::Instance) {
        let _ = policy;
    }

    /// Makes a policy as good as new.
    #[doc(hidden)]
    fn reset(policy: &Self::Instance);

    /// Whether nothing is lost if it is forgotten: a closed circuit, an unused limit.
    #[doc(hidden)]
    fn is_idle(policy: &Self::Instance) -> bool;

    /// Whether it may be forgotten at all: what was forced into a state by hand is kept.
    #[doc(hidden)]
    fn may_go(policy: &Self::Instance) -> bool {
        let _ = policy;
        true
    }

    /// How much it deserves attention; 0 for none.
    #[doc(hidden)]
    fn severity(policy: &Self::Instance) -> u64;

    /// One line on how it is.
    #[doc(hidden)]
    fn describe(policy: &Self::Instance) -> String;

    /// What it has counted.
    #[doc(hidden)]
    fn aggregate(policy: &Self::Instance) -> Self::Aggregate;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::CircuitBreaker {}
    impl Sealed for crate::Bulkhead {}
    impl Sealed for crate::RateLimiter {}
}

impl PerKey for CircuitBreaker {
    type Config = CircuitBreakerConfig;
    type Instance = Self;
    type Template = Template<CircuitBreakerConfig>;
    type Aggregate = BreakerAggregate;

    fn template(identity: Identity, config: &CircuitBreakerConfig) -> Self::Template {
        Template::new(identity, config)
    }

    fn instance(template: &Self::Template, _: &dyn Fn() -> String) -> Self {
        Self::declared(template.identity.of_key(), template.declared.clone())
    }

    fn update(template: &Self::Template, config: &CircuitBreakerConfig, mode: Mode) {
        template.update(config, mode);
    }

    fn refresh(template: &Self::Template, breaker: &Self) -> Result<(), Problem> {
        template.refresh(breaker, breaker.config(), breaker.mode())
    }

    fn tell(breaker: &Self) {
        Configured::tell(breaker);
    }

    fn reset(breaker: &Self) {
        breaker.reset();
    }

    fn is_idle(breaker: &Self) -> bool {
        breaker.state() == CircuitState::Closed
    }

    fn may_go(breaker: &Self) -> bool {
        !matches!(breaker.state(), CircuitState::ForcedOpen | CircuitState::ForcedClosed)
    }

    /// Anything but closed comes before any number of failures.
    fn severity(breaker: &Self) -> u64 {
        let state = if Self::is_idle(breaker) { 0 } else { 1 << 32 };
        state + breaker.counts().failures.min(u64::from(u32::MAX))
    }

    fn describe(breaker: &Self) -> String {
        format!("{}, {} failures in the window", breaker.state(), breaker.counts().failures)
    }

    fn aggregate(breaker: &Self) -> BreakerAggregate {
        BreakerAggregate::of(breaker)
    }
}

impl PerKey for Bulkhead {
    type Config = BulkheadConfig;
    type Instance = Self;
    type Template = Template<BulkheadConfig>;
    type Aggregate = BulkheadAggregate;

    fn template(identity: Identity, config: &BulkheadConfig) -> Self::Template {
        Template::new(identity, config)
    }

    fn instance(template: &Self::Template, _: &dyn Fn() -> String) -> Self {
        Self::declared(template.identity.of_key(), template.declared.clone())
    }

    fn update(template: &Self::Template, config: &BulkheadConfig, mode: Mode) {
        template.update(config, mode);
    }

    fn refresh(template: &Self::Template, bulkhead: &Self) -> Result<(), Problem> {
        template.refresh(bulkhead, bulkhead.config(), bulkhead.mode())
    }

    fn reset(bulkhead: &Self) {
        bulkhead.reset();
    }

    fn is_idle(bulkhead: &Self) -> bool {
        bulkhead.in_flight() == 0 && bulkhead.queued() == 0
    }

    fn severity(bulkhead: &Self) -> u64 {
        bulkhead.totals().rejected + u64::from(bulkhead.queued())
    }

    fn describe(bulkhead: &Self) -> String {
        let (in_flight, queued) = (bulkhead.in_flight(), bulkhead.queued());
        format!("{in_flight} in flight, {queued} queued, {} rejected", bulkhead.totals().rejected)
    }

    fn aggregate(bulkhead: &Self) -> BulkheadAggregate {
        BulkheadAggregate::of(bulkhead)
    }
}

impl PerKey for RateLimiter {
    type Config = RateLimitConfig;
    type Instance = RateLimiter<Arc<Limit>>;
    type Template = Arc<Limit>;
    type Aggregate = LimiterAggregate;

    fn template(identity: Identity, config: &RateLimitConfig) -> Arc<Limit> {
        Arc::new(Limit::new(identity, config.clone()))
    }

    fn instance(limit: &Arc<Limit>, key: &dyn Fn() -> String) -> Self::Instance {
        RateLimiter::within(Arc::clone(limit)).with_key(key)
    }

    /// All keys share it.
    fn update(limit: &Arc<Limit>, config: &RateLimitConfig, mode: Mode) {
        // A limit that has had too many options keeps the last; so does the whole, which says so.
        let _ = limit.put(config.clone());
        limit.put_mode(mode);
    }

    fn refresh(_: &Arc<Limit>, _: &Self::Instance) -> Result<(), Problem> {
        Ok(())
    }

    fn reset(limiter: &Self::Instance) {
        limiter.reset();
    }

    /// A limiter that is forgotten while it is used up would grant a second burst.
    fn is_idle(limiter: &Self::Instance) -> bool {
        limiter.is_full()
    }

    fn severity(limiter: &Self::Instance) -> u64 {
        limiter.totals().rejected
    }

    fn describe(limiter: &Self::Instance) -> String {
        format!("{} available, {} rejected", limiter.available(), limiter.totals().rejected)
    }

    fn aggregate(limiter: &Self::Instance) -> LimiterAggregate {
        LimiterAggregate::of(limiter)
    }
}
