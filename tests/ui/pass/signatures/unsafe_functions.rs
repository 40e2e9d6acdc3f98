#![deny(warnings)]

use resilience::{Rejection, circuit_breaker, retry};

/// # Safety
///
/// None is needed.
#[circuit_breaker]
pub async unsafe fn waiting() -> Result<(), Rejection> {
    Ok(())
}

#[retry]
unsafe fn plain(at: *const u8) -> Result<u8, Rejection> {
    Ok(unsafe { *at })
}

#[tokio::main]
async fn main() {
    unsafe { waiting().await }.unwrap();
    assert_eq!(unsafe { plain(&7) }.unwrap(), 7);
}
