use resilience::{circuit_breaker, Rejection};

#[circuit_breaker(window = 10, min_calls = 20)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
