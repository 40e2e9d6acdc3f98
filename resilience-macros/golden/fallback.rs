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
    static __RESILIENCE_TIMEOUT: Timeout = <Timeout>::by_default(
        ::core::concat!(::core::module_path!(), "::fetch"),
        0,
    );
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::fetch"), & (& <
        Fallback > ::open_ended(& __RESILIENCE_FALLBACK), (& __RESILIENCE_TIMEOUT, ())))
        }
    }
    let outcome = {
        #[allow(unused_imports)]
        use PlainReturn as _;
        #[allow(clippy::never_loop, clippy::let_unit_value)]
        let result = loop {
            {
                let result = timeout(
                        static_ref!(& __RESILIENCE_TIMEOUT, Timeout),
                        body(async move {
                            if false {
                                return never::<Result<String, ApiError>>();
                            }
                            get(id).await
                        }),
                    )
                    .await;
                match ReturnType::<Result<String, ApiError>>::new()
                    .catch_outcome(result, inspect!(result Result < String, ApiError >))
                {
                    Break(result) => break result,
                    Continue(error) => {
                        (&__RESILIENCE_FALLBACK).step_in(1, text!(& error));
                    }
                }
            };
            let error_2 = {
                let result = async {
                    if false {
                        return never::<Result<String, ApiError>>();
                    }
                    cached(id).await
                }
                    .await;
                match ReturnType::<Result<String, ApiError>>::new().next(result) {
                    Break(result) => break result,
                    Continue(error) => {
                        (&__RESILIENCE_FALLBACK).failed(1, text!(& error));
                        (&__RESILIENCE_FALLBACK).step_in(2, text!(& error));
                        error
                    }
                }
            };
            break async {
                if false {
                    return never::<Result<String, ApiError>>();
                }
                let error = &error_2;
                Ok(error.to_string())
            }
                .await;
        };
        answered(result)
    };
    finish_unrefused::<Result<String, ApiError>>(outcome)
}
