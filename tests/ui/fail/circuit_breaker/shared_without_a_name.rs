use resilience::{CircuitBreaker, circuit_breaker};

#[circuit_breaker(shared)]
static PAYMENTS: CircuitBreaker;

fn main() {}
