use resilience::{retry, Rejection};

#[retry(name = "")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
