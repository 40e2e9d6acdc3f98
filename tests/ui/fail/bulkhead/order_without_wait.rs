use resilience::{bulkhead, Rejection};

#[bulkhead(queue = adaptive)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
