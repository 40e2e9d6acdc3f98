// #[retry(attempts = 3, when_err = ApiError::is_transient)]
// #[circuit_breaker(name = "payments", failure_rate = 0.5, open_for = "30s")]
// #[timeout("2s")]
// async fn charge(&self, order: &Order) -> Result<Receipt, ApiError> {
//     self.client.charge(order).await
// }

use ::resilience::__private::*;

async fn charge(&self, order: &Order) -> Result<Receipt, ApiError> {
    #[circuit_breaker(__gathered)]
    #[timeout(__gathered)]
    const _: () = ();
    static __RESILIENCE_RETRY: Retry = <Retry>::declared(
        Identity::default(::core::concat!(::core::module_path!(), "::charge"), 0),
        RetryConfig::new().attempts(3),
    );
    static __RESILIENCE_CIRCUIT_BREAKER: CircuitBreaker = <CircuitBreaker>::declared(
        Identity::explicit("payments"),
        CircuitBreakerConfig::new().failure_rate(0.5).open_for(Duration::from_secs(30)),
    );
    unique!(
        macro_rules!
        __circuit_breaker_name_payments_is_used_twice__declare_one_static_and_use_it_in_both
        { () => {}; }
    );
    static __RESILIENCE_TIMEOUT: Timeout = <Timeout>::declared(
        Identity::default(::core::concat!(::core::module_path!(), "::charge"), 0),
        TimeoutConfig::new().after(Duration::from_secs(2)),
    );
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::charge"), & (&
        __RESILIENCE_RETRY, (& __RESILIENCE_CIRCUIT_BREAKER, (& __RESILIENCE_TIMEOUT,
        ())))) }
    }
    let outcome = {
        let inspector = inspect!(result Result < Receipt, ApiError >);
        let mut attempts = begin(&__RESILIENCE_RETRY);
        loop {
            let pause = {
                let tried = attempt(
                        attempts,
                        circuit_breaker_by_default(
                            static_ref!(& __RESILIENCE_CIRCUIT_BREAKER, CircuitBreaker),
                            timeout(
                                static_ref!(& __RESILIENCE_TIMEOUT, Timeout),
                                body(async move {
                                    if false {
                                        return never::<Result<Receipt, ApiError>>();
                                    }
                                    self.client.charge(order).await
                                }),
                            ),
                            inspector,
                        ),
                    )
                    .await;
                match tried
                    .settle(
                        &__RESILIENCE_RETRY,
                        inspector,
                        |judging| judging.when_err(ApiError::is_transient).verdict(),
                    )
                {
                    Break(outcome) => break outcome,
                    Continue(pause) => pause,
                }
            };
            attempts = pause.await;
        }
    };
    finish::<Result<Receipt, ApiError>, _>(outcome)
}
