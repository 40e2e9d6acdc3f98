// #[rate_limit("100/s", burst = BURST, max_wait = "1s")]
// async fn fetch(id: u64) -> Result<String, ApiError> {
//     get(id).await
// }

use ::resilience::__private::*;

async fn fetch(id: u64) -> Result<String, ApiError> {
    static __RESILIENCE_RATE_LIMIT: RateLimiter = <RateLimiter>::declared(
        Identity::default(::core::concat!(::core::module_path!(), "::fetch"), 0),
        RateLimitConfig::new()
            .rate("100/s")
            .burst(check::count(BURST))
            .max_wait(Duration::from_secs(1)),
    );
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::fetch"), & (&
        __RESILIENCE_RATE_LIMIT, ())) }
    }
    let outcome = rate_limit(
            static_ref!(& __RESILIENCE_RATE_LIMIT, RateLimiter),
            body(async move {
                if false {
                    return never::<Result<String, ApiError>>();
                }
                get(id).await
            }),
        )
        .await;
    finish::<Result<String, ApiError>, _>(outcome)
}
