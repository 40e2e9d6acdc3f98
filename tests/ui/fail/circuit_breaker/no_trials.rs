use resilience::{circuit_breaker, Rejection};

#[circuit_breaker(half_open_calls = 0)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
