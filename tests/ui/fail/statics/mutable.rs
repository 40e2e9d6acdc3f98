use resilience::{retry, Retry};

#[retry]
static mut ORDERS: Retry;

fn main() {}
