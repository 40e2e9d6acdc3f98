// #[hedge(after = "50ms")]
// async fn fetch(id: u64) -> Result<String, ApiError> {
//     get(id).await
// }

use ::resilience::__private::*;

async fn fetch(id: u64) -> Result<String, ApiError> {
    static __RESILIENCE_HEDGE: Hedge = <Hedge>::declared(
        Identity::default(::core::concat!(::core::module_path!(), "::fetch"), 0),
        HedgeConfig::new().after(Duration::from_millis(50)),
    );
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::fetch"), & (&
        __RESILIENCE_HEDGE, ())) }
    }
    let outcome = hedge(
            &__RESILIENCE_HEDGE,
            || body(async move {
                if false {
                    return never::<Result<String, ApiError>>();
                }
                get(id).await
            }),
            inspect!(result Result < String, ApiError >),
            |judging| by_default(judging),
        )
        .await;
    finish_unrefused::<Result<String, ApiError>>(outcome)
}
