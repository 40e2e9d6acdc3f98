use resilience::{bulkhead, Rejection};

#[bulkhead(tolerance = 2.0)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
