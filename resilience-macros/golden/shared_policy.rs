// #[resilient(PAYMENTS, when_err = ApiError::is_transient)]
// async fn fetch(id: u64) -> Result<String, ApiError> {
//     get(id).await
// }

use ::resilience::__private::*;

async fn fetch(id: u64) -> Result<String, ApiError> {
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::fetch"), & (&
        Shared(|| { let resilient = & PAYMENTS; let resilient : & Pipeline = resilient; <
        Pipeline > ::listed(resilient) }), ())) }
    }
    let resilient = &PAYMENTS;
    let resilient: &Pipeline = resilient;
    let outcome = {
        let parts = Pipeline::parts(resilient);
        let admitted = either(
            parts.bulkhead,
            async {
                let retry = or_once(parts.retry);
                let mut attempts = begin(retry);
                loop {
                    let pause = {
                        let tried = {
                            let place = pin!(
                                slot(async move { if false { return never:: < Result <
                                String, ApiError > > (); } get(id). await })
                            );
                            let outcome = attempt_if(
                                    parts.retry,
                                    attempts,
                                    either(
                                        parts.circuit_breaker,
                                        either(parts.attempt_timeout, body(pinned(place)), timeout),
                                        |policy, inner| circuit_breaker(
                                            policy,
                                            inner,
                                            inspect!(result Result < String, ApiError >),
                                            |judging| judging.when_err(ApiError::is_transient).verdict(),
                                        ),
                                    ),
                                )
                                .await;
                            outcome
                        };
                        match tried
                            .settle(
                                retry,
                                inspect!(result Result < String, ApiError >),
                                |judging| judging.when_err(ApiError::is_transient).verdict(),
                            )
                        {
                            Break(outcome) => break outcome,
                            Continue(pause) => pause,
                        }
                    };
                    attempts = pause.await;
                }
            },
            |slots, inner| {
                bulkhead(
                    slots,
                    inner,
                    inspect!(result Result < String, ApiError >),
                    |_| false,
                )
            },
        );
        let limited = either(parts.rate_limit, admitted, rate_limit);
        either(parts.timeout, limited, timeout).await
    };
    finish::<Result<String, ApiError>, _>(outcome)
}
