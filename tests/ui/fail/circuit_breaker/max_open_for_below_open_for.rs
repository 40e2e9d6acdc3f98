use resilience::{circuit_breaker, Rejection};

#[circuit_breaker(max_open_for = "30s")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
