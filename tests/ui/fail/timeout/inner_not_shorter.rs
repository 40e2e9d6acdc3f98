use resilience::{retry, timeout, Rejection};

#[timeout("2s")]
#[retry(attempts = 2)]
#[timeout("2s")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
