use resilience::{bulkhead, Rejection};

#[bulkhead(10)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
