use resilience::{Rejection, circuit_breaker};

#[circuit_breaker(key = id, max_keys = 0)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
