use resilience::{bulkhead, Rejection};

#[bulkhead(adaptive, window = "1ms")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
