use resilience::{health::HealthCheck, health_check};

#[health_check]
pub static DATABASE: HealthCheck;

fn main() {}
