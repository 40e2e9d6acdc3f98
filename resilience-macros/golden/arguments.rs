// #[timeout]
// async fn fetch(a: String, (b, _): (String, String), _: String) -> Result<usize, ApiError> {
//     get(b, a).await
// }

use ::resilience::__private::*;

async fn fetch(
    a: String,
    _argument_2: (String, String),
    _argument_3: String,
) -> Result<usize, ApiError> {
    static __RESILIENCE_TIMEOUT: Timeout = <Timeout>::by_default(
        ::core::concat!(::core::module_path!(), "::fetch"),
        0,
    );
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::fetch"), & (&
        __RESILIENCE_TIMEOUT, ())) }
    }
    let outcome = timeout(
            static_ref!(& __RESILIENCE_TIMEOUT, Timeout),
            body(async move {
                if false {
                    #[allow(
                        clippy::used_underscore_binding,
                        clippy::no_effect_underscore_binding
                    )]
                    let _ = (&_argument_3, &_argument_2, &a);
                    return never::<Result<usize, ApiError>>();
                }
                let a = a;
                #[allow(
                    clippy::used_underscore_binding,
                    clippy::no_effect_underscore_binding
                )]
                #[allow(unused_mut)]
                let mut _argument_2 = _argument_2;
                #[allow(
                    clippy::used_underscore_binding,
                    clippy::no_effect_underscore_binding
                )]
                let (b, _) = _argument_2;
                #[allow(
                    clippy::used_underscore_binding,
                    clippy::no_effect_underscore_binding
                )]
                let _argument_3 = _argument_3;
                get(b, a).await
            }),
        )
        .await;
    finish::<Result<usize, ApiError>, _>(outcome)
}
