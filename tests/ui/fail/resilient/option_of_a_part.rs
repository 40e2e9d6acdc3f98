use resilience::{Rejection, resilient};

#[resilient(attempts = 3)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
