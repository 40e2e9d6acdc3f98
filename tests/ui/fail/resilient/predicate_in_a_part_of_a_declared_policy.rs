use resilience::{Pipeline, resilient};

#[resilient(retry(when_err = |error| true))]
pub static PAYMENTS: Pipeline;

fn main() {}
