use resilience::{Pipeline, resilient};

#[resilient(fallback(Ok(0)))]
pub static PAYMENTS: Pipeline;

fn main() {}
