use resilience::{retry, Rejection};

#[retry(atempts = 3, frobnicate = 1)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
