use resilience::{bulkhead, Rejection};

#[bulkhead(adaptive, min_concurrent = 30, initial = 20)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
