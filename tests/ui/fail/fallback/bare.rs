use resilience::{Rejection, fallback};

#[fallback]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
