// #[bulkhead(max_concurrent = 4, key = tenant, max_keys = 1_000)]
// async fn order(tenant: &str) -> Result<String, ApiError> {
//     place(tenant).await
// }

use ::resilience::__private::*;

#[allow(clippy::significant_drop_tightening)]
async fn order(tenant: &str) -> Result<String, ApiError> {
    static __RESILIENCE_BULKHEAD: Keyed<Bulkhead> = <Keyed<
        Bulkhead,
    >>::declared(
            Identity::default(::core::concat!(::core::module_path!(), "::order"), 0),
            BulkheadConfig::new().max_concurrent(4),
        )
        .max_keys(1000);
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::order"), & (&
        __RESILIENCE_BULKHEAD, ())) }
    }
    let bulkhead = {
        #[allow(unused_imports)]
        use {Key as _, KeyByDebug as _, KeyByDisplay as _};
        match (tenant).resilience_key() {
            key => Keyed::get_shown(&__RESILIENCE_BULKHEAD, key, (&of_key(key)).shown()),
        }
    };
    let outcome = bulkhead_by_default(
            &bulkhead,
            body(async move {
                if false {
                    return never::<Result<String, ApiError>>();
                }
                place(tenant).await
            }),
            inspect!(result Result < String, ApiError >),
        )
        .await;
    finish::<Result<String, ApiError>, _>(outcome)
}
