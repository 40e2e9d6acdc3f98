// #[health_check(name = "database", every = "10s", critical)]
// async fn database() -> Result<(), ApiError> {
//     ping().await
// }

use ::resilience::__private::*;

async fn database() -> Result<(), ApiError> {
    static __RESILIENCE_HEALTH_CHECK: HealthCheck = <HealthCheck>::declared(
        Identity::explicit("database"),
        HealthCheckConfig::new().every(Duration::from_secs(10)).critical(true),
        || probe(database()),
    );
    unique!(
        "resilience: health check name \"database\" is used twice in crate shop 1.0.0",
        static NAME : u8 = 0;
    );
    submit! {
        Site(& [< HealthCheck > ::listed(& __RESILIENCE_HEALTH_CHECK)])
    }
    let outcome = body(async move {
            if false {
                return never::<Result<(), ApiError>>();
            }
            ping().await
        })
        .await;
    finish_unrefused::<Result<(), ApiError>>(outcome)
}
