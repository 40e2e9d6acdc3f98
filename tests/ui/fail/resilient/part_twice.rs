use resilience::{Rejection, resilient};

#[resilient(retry, timeout("5s"), retry(attempts = 2))]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
