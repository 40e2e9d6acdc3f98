use resilience::{CircuitBreaker, Keyed, circuit_breaker};

#[circuit_breaker(key = host)]
pub static HOSTS: Keyed<CircuitBreaker>;

fn main() {}
