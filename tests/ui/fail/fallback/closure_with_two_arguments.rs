use resilience::{Rejection, fallback};

#[fallback(|error, id| Ok(id))]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
