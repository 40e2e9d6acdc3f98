use resilience::{Policy, resilient};

#[resilient(retry(when_err = |error| true))]
pub static PAYMENTS: Policy;

fn main() {}
