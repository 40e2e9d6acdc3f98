use resilience::{retry, Rejection};

#[retry(when_err = true)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
