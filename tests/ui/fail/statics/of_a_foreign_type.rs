use resilience::{retry};

#[retry]
static ORDERS: String;

fn main() {}
