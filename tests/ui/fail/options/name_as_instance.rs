use resilience::{retry, Rejection};

#[retry("payments")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
