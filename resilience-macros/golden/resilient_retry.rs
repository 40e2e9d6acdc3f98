// #[resilient(retry)]
// async fn fetch(id: u64) -> Result<String, ApiError> {
//     get(id).await
// }

use ::resilience::__private::*;

async fn fetch(id: u64) -> Result<String, ApiError> {
    static __RESILIENCE_TIMEOUT: Timeout = <Timeout>::by_default(
        ::core::concat!(::core::module_path!(), "::fetch.timeout"),
        0,
    );
    static __RESILIENCE_RETRY: Retry = <Retry>::declared(
        Identity::default(::core::concat!(::core::module_path!(), "::fetch.retry"), 0),
        RetryConfig::new().budget(0.2),
    );
    static __RESILIENCE_CIRCUIT_BREAKER: CircuitBreaker = <CircuitBreaker>::by_default(
        ::core::concat!(::core::module_path!(), "::fetch.circuit_breaker"),
        0,
    );
    static __RESILIENCE_TIMEOUT_2: Timeout = <Timeout>::declared(
        Identity::default(
            ::core::concat!(::core::module_path!(), "::fetch.attempt_timeout"),
            0,
        ),
        TimeoutConfig::new().after(Duration::from_secs(10)),
    );
    static __RESILIENCE_PIPELINE: Pipeline = Pipeline::declared(
            Identity::default(::core::concat!(::core::module_path!(), "::fetch"), 0),
        )
        .timeout(&__RESILIENCE_TIMEOUT)
        .retry(&__RESILIENCE_RETRY)
        .circuit_breaker(&__RESILIENCE_CIRCUIT_BREAKER)
        .attempt_timeout(&__RESILIENCE_TIMEOUT_2);
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::fetch"), & (&
        __RESILIENCE_TIMEOUT, (& __RESILIENCE_RETRY, (& __RESILIENCE_CIRCUIT_BREAKER, (&
        __RESILIENCE_TIMEOUT_2, ()))))).and(& [Pipeline::listed(&
        __RESILIENCE_PIPELINE)]) }
    }
    let outcome = 'total: {
        let inspector = inspect!(result Result < String, ApiError >);
        let mut total = pin!(total(static_ref!(& __RESILIENCE_TIMEOUT, Timeout)));
        let begun = begin_within(&total, || begin(&__RESILIENCE_RETRY));
        let mut attempts = match begun {
            Break(outcome) => break 'total outcome,
            Continue(attempts) => attempts,
        };
        loop {
            let pause = {
                let tried = {
                    let place = pin!(
                        slot(async move { if false { return never:: < Result < String,
                        ApiError > > (); } get(id). await })
                    );
                    let outcome = within(
                            total.as_mut(),
                            attempt(
                                attempts,
                                circuit_breaker_by_default(
                                    static_ref!(& __RESILIENCE_CIRCUIT_BREAKER, CircuitBreaker),
                                    timeout(
                                        static_ref!(& __RESILIENCE_TIMEOUT_2, Timeout),
                                        body(pinned(place)),
                                    ),
                                    inspector,
                                ),
                            ),
                        )
                        .await;
                    outcome
                };
                match settle_within(
                    &total,
                    tried,
                    |tried| tried.settle_by_default(&__RESILIENCE_RETRY, inspector),
                ) {
                    Break(outcome) => break outcome,
                    Continue(pause) => pause,
                }
            };
            let paused = within(total.as_mut(), pause).await;
            attempts = match paused {
                Break(outcome) => break outcome,
                Continue(attempts) => attempts,
            };
        }
    };
    finish::<Result<String, ApiError>, _>(outcome)
}
