use resilience::{Rejection, resilient};

#[resilient(timeout("2s"), hedge(after = "50ms"))]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

#[resilient(health_check)]
async fn database() -> Result<(), Rejection> {
    Ok(())
}

fn main() {}
