// #[resilient(retry, circuit_breaker(off))]
// pub static PAYMENTS: Pipeline;

use ::resilience::__private::*;

pub static PAYMENTS: Pipeline = {
    static __RESILIENCE_TIMEOUT: Timeout = <Timeout>::by_default(
        ::core::concat!(::core::module_path!(), "::PAYMENTS.timeout"),
        0,
    );
    static __RESILIENCE_RETRY: Retry = <Retry>::declared(
        Identity::default(
            ::core::concat!(::core::module_path!(), "::PAYMENTS.retry"),
            0,
        ),
        RetryConfig::new().budget(0.2),
    );
    static __RESILIENCE_ATTEMPT_TIMEOUT: Timeout = <Timeout>::declared(
        Identity::default(
            ::core::concat!(::core::module_path!(), "::PAYMENTS.attempt_timeout"),
            0,
        ),
        TimeoutConfig::new().after(Duration::from_secs(10)),
    );
    submit! {
        { Site::of(& [< Timeout > ::listed(& __RESILIENCE_TIMEOUT), < Retry > ::listed(&
        __RESILIENCE_RETRY), < Timeout > ::listed(& __RESILIENCE_ATTEMPT_TIMEOUT)]) }
    }
    <Pipeline>::declared(
            Identity::default(::core::concat!(::core::module_path!(), "::PAYMENTS"), 0),
        )
        .timeout(&__RESILIENCE_TIMEOUT)
        .retry(&__RESILIENCE_RETRY)
        .attempt_timeout(&__RESILIENCE_ATTEMPT_TIMEOUT)
};
submit! {
    { Site::of(& [< Pipeline > ::listed(& PAYMENTS)]) }
}
