use resilience::{bulkhead, Rejection};

#[bulkhead(priority = id)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
