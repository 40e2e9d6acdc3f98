use resilience::{timeout, Rejection};

#[timeout(30)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
