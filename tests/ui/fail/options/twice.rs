use resilience::{retry, Rejection};

#[retry(attempts = 3, delay = "1s", attempts = 4)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
