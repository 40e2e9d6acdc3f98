// #[circuit_breaker(config = presets::TOLERANT, open_for = "10s")]
// pub static PAYMENTS: CircuitBreaker;

use ::resilience::__private::*;

pub static PAYMENTS: CircuitBreaker = <CircuitBreaker>::declared(
    Identity::default(::core::concat!(::core::module_path!(), "::PAYMENTS"), 0),
    {
        let config: CircuitBreakerConfig = presets::TOLERANT;
        config.open_for(Duration::from_secs(10))
    },
);
submit! {
    { Site::of(& [< CircuitBreaker > ::listed(& PAYMENTS)]) }
}
