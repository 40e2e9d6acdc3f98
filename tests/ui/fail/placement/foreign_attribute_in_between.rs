use resilience::{bulkhead, timeout, Rejection};

#[timeout]
#[tracing::instrument]
#[bulkhead]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
