use resilience::{Bulkhead, bulkhead};

#[bulkhead(max_keys = 5)]
pub static POOL: Bulkhead;

fn main() {}
