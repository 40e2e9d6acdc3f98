use resilience::{Rejection, circuit_breaker};

#[circuit_breaker(key = "payments")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
