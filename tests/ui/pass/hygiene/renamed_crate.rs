#![forbid(unsafe_code)]
#![deny(warnings)]

extern crate resilience as guards;

mod resilience {}

use guards::Rejection;

#[guards::retry(crate = guards, attempts = 2)]
#[guards::timeout("1s")]
async fn renamed(n: u8) -> Result<u8, Rejection> {
    Ok(n)
}

#[guards::bulkhead(crate = ::guards)]
static POOL: guards::Bulkhead;

#[tokio::main]
async fn main() {
    assert_eq!(renamed(1).await.unwrap(), 1);
    assert_eq!(POOL.name(), concat!(module_path!(), "::POOL"));
}
