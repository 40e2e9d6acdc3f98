use resilience::{Rejection, fallback};

async fn cached(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

#[fallback(cached(id).await)]
fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
