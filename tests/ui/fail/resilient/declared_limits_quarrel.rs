use resilience::{Policy, resilient};

#[resilient(timeout("3s"), attempt_timeout("4s"))]
pub static LIMITS: Policy;

#[resilient(retry(attempts = 10, delay = "10s"), timeout("5s"))]
pub static PAUSES: Policy;

fn main() {}
