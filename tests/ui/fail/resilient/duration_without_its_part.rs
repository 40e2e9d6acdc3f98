use resilience::{Rejection, resilient};

#[resilient("5s")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
