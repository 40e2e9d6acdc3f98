use resilience::{circuit_breaker, Rejection};

#[circuit_breaker(slow_rate = 0.5)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
