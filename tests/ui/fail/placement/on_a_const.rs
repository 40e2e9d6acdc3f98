use resilience::{retry, Retry};

#[retry]
const ORDERS: Retry = Retry::new("orders", resilience::RetryConfig::new());

fn main() {}
