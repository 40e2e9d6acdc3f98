use resilience::{retry, Retry};

#[retry]
static OTHER: Retry;

#[retry(OTHER)]
static ORDERS: Retry;

fn main() {}
