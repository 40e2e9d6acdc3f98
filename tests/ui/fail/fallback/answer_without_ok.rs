use resilience::{Rejection, fallback, timeout};

#[fallback(|_| 0)]
#[timeout]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
