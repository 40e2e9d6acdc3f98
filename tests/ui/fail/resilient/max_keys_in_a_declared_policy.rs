use resilience::{Pipeline, resilient};

#[resilient(rate_limit("100/s", max_keys = 1_000))]
static PAYMENTS: Pipeline;

fn main() {}
