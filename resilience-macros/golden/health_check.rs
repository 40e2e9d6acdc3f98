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
        macro_rules!
        __health_check_name_database_is_used_twice__declare_one_static_and_use_it_in_both
        { () => {}; }
    );
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::database"), & (&
        __RESILIENCE_HEALTH_CHECK, ())) }
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
