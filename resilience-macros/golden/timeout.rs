// #[timeout(after = self.patience)]
// async fn fetch(&self, id: u64) -> Result<String, ApiError> {
//     self.get(id).await
// }

use ::resilience::__private::*;

async fn fetch(&self, id: u64) -> Result<String, ApiError> {
    static __RESILIENCE_TIMEOUT: Timeout = <Timeout>::by_default(
        ::core::concat!(::core::module_path!(), "::fetch"),
        0,
    );
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::fetch"), & (& <
        Timeout > ::open_ended(& __RESILIENCE_TIMEOUT), ())) }
    }
    let timeout: Duration = self.patience;
    let outcome = timeout_after(
            static_ref!(& __RESILIENCE_TIMEOUT, Timeout),
            timeout,
            body(async move {
                if false {
                    return never::<Result<String, ApiError>>();
                }
                self.get(id).await
            }),
        )
        .await;
    finish::<Result<String, ApiError>, _>(outcome)
}
