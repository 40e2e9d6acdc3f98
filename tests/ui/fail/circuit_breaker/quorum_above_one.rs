use resilience::{CircuitBreaker, circuit_breaker};

#[circuit_breaker(name = "payments", shared(quorum = 50))]
static PAYMENTS: CircuitBreaker;

fn main() {}
