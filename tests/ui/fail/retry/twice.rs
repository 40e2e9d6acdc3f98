use resilience::{retry, Rejection};

#[retry]
#[retry(attempts = 5)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
