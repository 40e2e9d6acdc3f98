use resilience::{timeout, Rejection};

#[timeout("2s", after = "3s")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
