use resilience::{CircuitBreaker, Keyed, Rejection, circuit_breaker};

#[circuit_breaker]
pub static HOSTS: Keyed<CircuitBreaker>;

#[circuit_breaker(HOSTS, key = id, max_keys = 5)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
