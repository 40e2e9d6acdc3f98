use resilience::{bulkhead, Rejection};

#[bulkhead(adaptive, tolerance = 1.0)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
