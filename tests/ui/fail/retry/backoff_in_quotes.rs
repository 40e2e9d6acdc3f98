use resilience::{retry, Rejection};

#[retry(backoff = "linear")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
