use resilience::{CircuitBreaker, circuit_breaker};

#[circuit_breaker(name = "payments", shared(majority = 0.5))]
static PAYMENTS: CircuitBreaker;

fn main() {}
