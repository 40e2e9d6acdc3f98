use resilience::{bulkhead, Rejection};

#[bulkhead(adaptive, min_samples = 5)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
