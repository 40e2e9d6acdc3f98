use resilience::{CircuitBreakerConfig, Rejection, circuit_breaker};

const FLEET: CircuitBreakerConfig = CircuitBreakerConfig::new().shared(0.5);

#[circuit_breaker(config = FLEET)]
async fn search(query: &str) -> Result<usize, Rejection> {
    Ok(query.len())
}

fn main() {}
