use std::time::Duration;

use resilience::{Rejection, circuit_breaker};

const TICK: Duration = Duration::from_millis(1);

#[circuit_breaker(failure_rate = 0.5, window = TICK)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
