use resilience::{retry, Rejection};

#[retry(delay = "5 parsecs")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
