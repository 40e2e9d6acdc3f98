// #[retry(delay = "50ms", retry_after = |error| error.retry_after)]
// async fn fetch(id: u64) -> Result<String, ApiError> {
//     get(id).await
// }

use ::resilience::__private::*;

async fn fetch(id: u64) -> Result<String, ApiError> {
    static __RESILIENCE_RETRY: Retry = <Retry>::declared(
        Identity::default(::core::concat!(::core::module_path!(), "::fetch"), 0),
        RetryConfig::new().delay(Duration::from_millis(50)),
    );
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::fetch"), & (&
        __RESILIENCE_RETRY, ())) }
    }
    let outcome = {
        let inspector = inspect!(result Result < String, ApiError >);
        let mut attempts = begin(&__RESILIENCE_RETRY);
        loop {
            let pause = {
                let tried = attempt(
                        attempts,
                        body(async move {
                            if false {
                                return never::<Result<String, ApiError>>();
                            }
                            get(id).await
                        }),
                    )
                    .await;
                match tried
                    .settle_with_hint(
                        &__RESILIENCE_RETRY,
                        inspector,
                        |judging| by_default(judging),
                        |error| error.retry_after,
                    )
                {
                    Break(outcome) => break outcome,
                    Continue(pause) => pause,
                }
            };
            attempts = pause.await;
        }
    };
    finish_unrefused::<Result<String, ApiError>>(outcome)
}
