// #[resilient]
// async fn fetch(id: u64) -> Result<String, ApiError> {
//     get(id).await
// }

use ::resilience::__private::*;

async fn fetch(id: u64) -> Result<String, ApiError> {
    static __RESILIENCE_TIMEOUT: Timeout = <Timeout>::by_default(
        ::core::concat!(::core::module_path!(), "::fetch.timeout"),
        0,
    );
    static __RESILIENCE_CIRCUIT_BREAKER: CircuitBreaker = <CircuitBreaker>::by_default(
        ::core::concat!(::core::module_path!(), "::fetch.circuit_breaker"),
        0,
    );
    static __RESILIENCE_PIPELINE: Pipeline = Pipeline::declared(
            Identity::default(::core::concat!(::core::module_path!(), "::fetch"), 0),
        )
        .timeout(&__RESILIENCE_TIMEOUT)
        .circuit_breaker(&__RESILIENCE_CIRCUIT_BREAKER);
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::fetch"), & (&
        __RESILIENCE_TIMEOUT, (& __RESILIENCE_CIRCUIT_BREAKER, ()))).and(&
        [Pipeline::listed(& __RESILIENCE_PIPELINE)]) }
    }
    let outcome = {
        let place = pin!(
            slot(async move { if false { return never:: < Result < String, ApiError > >
            (); } get(id). await })
        );
        let outcome = timeout(
                static_ref!(& __RESILIENCE_TIMEOUT, Timeout),
                circuit_breaker_by_default(
                    static_ref!(& __RESILIENCE_CIRCUIT_BREAKER, CircuitBreaker),
                    body(pinned(place)),
                    inspect!(result Result < String, ApiError >),
                ),
            )
            .await;
        outcome
    };
    finish::<Result<String, ApiError>, _>(outcome)
}
