use resilience::{Rejection, circuit_breaker};

#[circuit_breaker(critcal)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
