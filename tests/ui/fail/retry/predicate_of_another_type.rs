use resilience::{retry, Rejection};

#[retry(when_err = |error: &String| error.is_empty())]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
