use resilience::{Rejection, resilient};

#[resilient(retry(attempts = ), timeout("5"))]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
