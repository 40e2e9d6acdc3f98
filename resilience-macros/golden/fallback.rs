// #[fallback(cached(id).await, |error| Ok(error.to_string()))]
// #[timeout]
// async fn fetch(id: u64) -> Result<String, ApiError> {
//     get(id).await
// }

use ::resilience::__private::*;

async fn fetch(id: u64) -> Result<String, ApiError> {
    #[timeout(__gathered)]
    const _: () = ();
    static __RESILIENCE_FALLBACK: Fallback = <Fallback>::declared(
        Identity::default(::core::concat!(::core::module_path!(), "::fetch"), 0),
    );
    static __RESILIENCE_TIMEOUT: Timeout = <Timeout>::declared(
        Identity::default(::core::concat!(::core::module_path!(), "::fetch"), 0),
        TimeoutConfig::new(),
    );
    submit! {
        Site(& [< Fallback > ::listed(& __RESILIENCE_FALLBACK), < Timeout > ::listed(&
        __RESILIENCE_TIMEOUT)])
    }
    let outcome = {
        #[allow(unused_imports)]
        use {Hidden as _, PlainReturn as _, Unseen as _};
        #[allow(clippy::never_loop, clippy::let_unit_value)]
        let result = loop {
            {
                let result = ReturnType::<Result<String, ApiError>>::new()
                    .result(
                        timeout(
                                static_ref(|| &__RESILIENCE_TIMEOUT),
                                body(async move {
                                    if false {
                                        return never::<Result<String, ApiError>>();
                                    }
                                    get(id).await
                                }),
                            )
                            .await,
                    );
                match ReturnType::<Result<String, ApiError>>::new().catch_all(result) {
                    Break(result) => break result,
                    Continue(error) => {
                        (&__RESILIENCE_FALLBACK).step_in(1, (&Shown(&error)).hidden());
                    }
                }
            };
            let error = {
                let result = async {
                    if false {
                        return never::<Result<String, ApiError>>();
                    }
                    cached(id).await
                }
                    .await;
                match ReturnType::<Result<String, ApiError>>::new().catch_all(result) {
                    Break(result) => break result,
                    Continue(error) => {
                        (&__RESILIENCE_FALLBACK).step_in(2, (&Shown(&error)).hidden());
                        error
                    }
                }
            };
            break async {
                if false {
                    return never::<Result<String, ApiError>>();
                }
                let error = &error;
                Ok(error.to_string())
            }
                .await;
        };
        answered(result)
    };
    finish_unrefused::<Result<String, ApiError>>(outcome)
}
