use resilience::{Rejection, fallback};

#[fallback(Ok("none"))]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
