use resilience::{retry, CircuitBreaker};

#[retry]
static ORDERS: CircuitBreaker;

fn main() {}
