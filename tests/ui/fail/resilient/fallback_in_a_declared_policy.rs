use resilience::{Policy, resilient};

#[resilient(fallback(Ok(0)))]
pub static PAYMENTS: Policy;

fn main() {}
