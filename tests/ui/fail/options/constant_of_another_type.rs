use resilience::{retry, Rejection};

const ATTEMPTS: &str = "3";

#[retry(attempts = ATTEMPTS)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
