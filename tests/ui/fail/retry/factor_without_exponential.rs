use resilience::{retry, Rejection};

#[retry(backoff = fixed, factor = 3.0)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
