use resilience::{retry, Retry};

#[retry(attempts = 5, when_err = |_| true)]
static ORDERS: Retry;

fn main() {}
