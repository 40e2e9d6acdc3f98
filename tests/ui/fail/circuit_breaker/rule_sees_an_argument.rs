use resilience::{circuit_breaker, Rejection};

#[circuit_breaker(trip_when = |counts| counts.failures > id)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
