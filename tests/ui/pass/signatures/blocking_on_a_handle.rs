#![deny(warnings)]

use resilience::{Rejection, circuit_breaker};

// It begins as `#[tokio::main]` would, and runs the block itself.
#[circuit_breaker]
fn charge(handle: &tokio::runtime::Handle, id: u64) -> Result<u64, Rejection> {
    let body = async { Ok(id) };
    handle.block_on(body)
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    assert_eq!(charge(runtime.handle(), 7).unwrap(), 7);
}
