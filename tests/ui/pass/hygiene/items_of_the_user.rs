#![deny(warnings)]
#![allow(non_camel_case_types, non_upper_case_globals, dead_code)]

// Unit structs, constants and statics, as some frameworks make of functions: in a pattern, any of these names means the
// item.
mod items {
    pub struct error;
    pub struct result;
    pub struct outcome;
    pub struct config;
    pub struct timeout;
    pub struct retry;
    pub struct circuit_breaker;
    pub struct bulkhead;
    pub struct resilient;
    pub struct hedge;
    pub struct fallback;
    pub struct rate_limit;
    pub struct judging;
    pub const attempts: u8 = 1;
    pub const attempt: u8 = 1;
    pub const pause: u8 = 1;
    pub const tried: u8 = 1;
    pub const parts: u8 = 1;
    pub const policy: u8 = 1;
    pub static inner: u8 = 1;
    pub static limited: u8 = 1;
    pub static admitted: u8 = 1;
    pub const RETRY: ::resilience::RetryConfig = ::resilience::RetryConfig::new();
    pub const BULKHEAD: ::resilience::BulkheadConfig = ::resilience::BulkheadConfig::new();
}

// A trait with methods of ours for everything.
trait Extension: Sized {
    fn result(self) {}
    fn body(self) {}
    fn hidden(self) {}
    fn unrefused(self) {}
    fn catch(self) {}
    fn catch_all(self) {}
    fn settle(self) {}
    fn parts(self) {}
    fn get(self) {}
    fn step_in(self) {}
    fn verdict(self) {}
    fn when_err(self) {}
    fn call(self) {}
    fn name(self) {}
    fn resolve(self) {}
}

impl<T> Extension for T {}

mod guarded {
    use super::Extension as _;
    use super::items::*;
    use ::resilience as r;
    use r::{Bulkhead, Keyed, Pipeline, Rejection};

    #[r::resilient(retry(config = RETRY, attempts = 2), bulkhead(config = BULKHEAD, max_concurrent = 2), crate = r)]
    pub static SHARED: Pipeline;

    #[r::bulkhead(max_keys = 10, crate = r)]
    pub static KEYED: Keyed<Bulkhead>;

    #[r::resilient(SHARED, crate = r)]
    pub async fn shared(id: u64) -> Result<u64, Rejection> {
        Ok(id)
    }

    #[r::fallback(|e| Err(e.clone()), Ok(id), crate = r)]
    #[r::timeout(after = std::time::Duration::from_millis(id))]
    #[r::rate_limit("100/s")]
    #[r::bulkhead(KEYED, key = id)]
    #[r::retry(config = RETRY, attempts = 2, when_err = |_| true, retry_after = |_| None)]
    #[r::circuit_breaker(when_ok = |_| false)]
    #[r::hedge]
    pub async fn everything(id: u64) -> Result<u64, Rejection> {
        Ok(id)
    }

    #[r::fallback(7, crate = r)]
    #[r::bulkhead]
    pub fn plain(id: u64) -> u64 {
        id
    }

    #[r::retry(crate = r)]
    #[r::circuit_breaker]
    pub fn synchronous(id: u64) -> Result<u64, Rejection> {
        Ok(id)
    }

    pub fn methods() {
        1.result();
        1.hidden();
    }
}

#[tokio::main]
async fn main() {
    assert_eq!(guarded::shared(1).await.unwrap(), 1);
    assert_eq!(guarded::everything(1000).await.unwrap(), 1000);
    assert_eq!(guarded::plain(3), 3);
    assert_eq!(guarded::synchronous(4).unwrap(), 4);
    guarded::methods();
}
