use resilience::{Rejection, circuit_breaker, fallback};

#[circuit_breaker]
#[fallback(Ok(0))]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
