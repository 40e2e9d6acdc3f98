use resilience::{bulkhead, Rejection};

#[bulkhead(adaptive, max_concurrent = 10, initial = 20)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
