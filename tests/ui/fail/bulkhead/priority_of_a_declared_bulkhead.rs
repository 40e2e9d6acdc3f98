use resilience::{bulkhead, Bulkhead, Priority};

#[bulkhead(priority = Priority::Sheddable)]
static SLOTS: Bulkhead;

fn main() {}
