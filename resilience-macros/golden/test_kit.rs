// #[timeout("2s")]
// async fn fetch(id: u64) -> Result<String, ApiError> {
//     get(id).await
// }

use ::resilience::__private::*;

async fn fetch(id: u64) -> Result<String, ApiError> {
    static __RESILIENCE_TIMEOUT: Timeout = <Timeout>::declared(
        Identity::default(::core::concat!(::core::module_path!(), "::fetch"), 0),
        TimeoutConfig::new().after(Duration::from_secs(2)),
    );
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::fetch"), & (&
        __RESILIENCE_TIMEOUT, ())) }
    }
    static __RESILIENCE_FAULTS: faults::FaultSite = faults::FaultSite::new(
        ::core::concat!(::core::module_path!(), "::fetch"),
    );
    submit! {
        faults::Listed(& __RESILIENCE_FAULTS)
    }
    let outcome = timeout(
            static_ref!(& __RESILIENCE_TIMEOUT, Timeout),
            faults::faulty(
                || &__RESILIENCE_FAULTS,
                body(async move {
                    if false {
                        return never::<Result<String, ApiError>>();
                    }
                    get(id).await
                }),
                fault!(Result < String, ApiError >),
            ),
        )
        .await;
    finish::<Result<String, ApiError>, _>(outcome)
}
