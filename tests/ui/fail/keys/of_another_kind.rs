use resilience::{CircuitBreaker, Keyed, bulkhead};

#[bulkhead]
pub static HOSTS: Keyed<CircuitBreaker>;

fn main() {}
