use resilience::{retry, Rejection};

#[retry(name = 7)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
