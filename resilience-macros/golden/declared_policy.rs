// #[resilient(retry, circuit_breaker(off))]
// pub static PAYMENTS: Pipeline;

use ::resilience::__private::*;

pub static PAYMENTS: Pipeline = {
    static TIMEOUT: Timeout = <Timeout>::declared(
        Identity::default(
            ::core::concat!(::core::module_path!(), "::PAYMENTS.timeout"),
            0,
        ),
        TimeoutConfig::new(),
    );
    static RETRY: Retry = <Retry>::declared(
        Identity::default(
            ::core::concat!(::core::module_path!(), "::PAYMENTS.retry"),
            0,
        ),
        RetryConfig::new().budget(0.2),
    );
    static ATTEMPT_TIMEOUT: Timeout = <Timeout>::declared(
        Identity::default(
            ::core::concat!(::core::module_path!(), "::PAYMENTS.attempt_timeout"),
            0,
        ),
        TimeoutConfig::new().after(Duration::from_secs(10)),
    );
    submit! {
        Site(& [< Timeout > ::listed(& TIMEOUT), < Retry > ::listed(& RETRY), < Timeout >
        ::listed(& ATTEMPT_TIMEOUT)])
    }
    <Pipeline>::declared(
            Identity::default(::core::concat!(::core::module_path!(), "::PAYMENTS"), 0),
        )
        .timeout(&TIMEOUT)
        .retry(&RETRY)
        .attempt_timeout(&ATTEMPT_TIMEOUT)
};
submit! {
    Site(& [< Pipeline > ::listed(& PAYMENTS)])
}
