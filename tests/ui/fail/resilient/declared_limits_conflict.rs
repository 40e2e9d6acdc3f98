use resilience::{Pipeline, resilient};

#[resilient(timeout("3s"), attempt_timeout("4s"))]
pub static LIMITS: Pipeline;

#[resilient(retry(attempts = 10, delay = "10s"), timeout("5s"))]
pub static PAUSES: Pipeline;

fn main() {}
