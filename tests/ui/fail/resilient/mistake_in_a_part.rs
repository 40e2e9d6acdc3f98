use resilience::{Rejection, resilient};

#[resilient(retry(attempts = 0), circuit_breaker(failure_rate = 2))]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
