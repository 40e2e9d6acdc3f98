use resilience::{Rejection, resilient};

#[resilient(circuit_breaker(half_open = 3, critcal))]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
