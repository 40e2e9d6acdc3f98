use resilience::{retry, timeout, Rejection};

#[timeout("1s")]
#[retry(attempts = 6, delay = "100ms")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
