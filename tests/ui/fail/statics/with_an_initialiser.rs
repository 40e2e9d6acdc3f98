use resilience::{retry, Retry};

#[retry]
static ORDERS: Retry = Retry::new("orders", resilience::RetryConfig::new());

fn main() {}
