use resilience::{bulkhead, Rejection};

#[bulkhead(adaptive, max_concurrent = 10, min_concurrent = 30, initial = 5)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
