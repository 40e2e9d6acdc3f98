use resilience::{circuit_breaker, Rejection};

#[circuit_breaker(window = "5ms")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
