use resilience::{Rejection, fallback};

#[fallback(when_err = |error| error.retry_after().is_some())]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
