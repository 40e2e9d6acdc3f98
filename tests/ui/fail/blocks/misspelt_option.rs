use std::io;

use resilience::circuit_breaker;

struct Store;

#[circuit_breaker(failure_rat = 0.5)]
impl Store {
    async fn read(&self) -> io::Result<u32> {
        Ok(1)
    }
}

fn main() {}
