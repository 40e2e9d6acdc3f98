use resilience::{CircuitBreaker, Rejection, circuit_breaker};

#[circuit_breaker]
pub static PAYMENTS: CircuitBreaker;

#[circuit_breaker(PAYMENTS, key = id)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
