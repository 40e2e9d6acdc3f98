use resilience::{retry, timeout, Rejection};

#[retry]
#[timeout = "2s"]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
