use resilience::{retry, Rejection};

#[retry(attempts)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
