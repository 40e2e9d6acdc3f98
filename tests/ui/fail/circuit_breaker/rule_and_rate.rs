use resilience::{circuit_breaker, Rejection};

#[circuit_breaker(trip_when = |counts| counts.failures > 3, failure_rate = 0.5)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
