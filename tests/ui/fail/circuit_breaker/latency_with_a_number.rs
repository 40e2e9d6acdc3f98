use resilience::{Rejection, circuit_breaker};

#[circuit_breaker(latency = 5)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
