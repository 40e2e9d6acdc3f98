use resilience::{retry, Rejection};

#[retry(delay = "1s", max_delay = "500ms")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
