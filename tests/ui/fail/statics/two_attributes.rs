use resilience::{circuit_breaker, retry, Retry};

#[retry]
#[circuit_breaker]
static ORDERS: Retry;

fn main() {}
