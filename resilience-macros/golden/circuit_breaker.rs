// #[circuit_breaker(window = 100, critical)]
// async fn fetch(id: u64) -> Result<String, ApiError> {
//     get(id).await
// }

use ::resilience::__private::*;

async fn fetch(id: u64) -> Result<String, ApiError> {
    static __RESILIENCE_CIRCUIT_BREAKER: CircuitBreaker = <CircuitBreaker>::declared(
        Identity::default(::core::concat!(::core::module_path!(), "::fetch"), 0),
        CircuitBreakerConfig::new().window(Window::Calls(100)).critical(true),
    );
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::fetch"), & (&
        __RESILIENCE_CIRCUIT_BREAKER, ())) }
    }
    let outcome = circuit_breaker_by_default(
            static_ref!(& __RESILIENCE_CIRCUIT_BREAKER, CircuitBreaker),
            body(async move {
                if false {
                    return never::<Result<String, ApiError>>();
                }
                get(id).await
            }),
            inspect!(result Result < String, ApiError >),
        )
        .await;
    finish::<Result<String, ApiError>, _>(outcome)
}
