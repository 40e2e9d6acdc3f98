use resilience::{retry, Rejection};

#[retry(budget = 1.5)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
