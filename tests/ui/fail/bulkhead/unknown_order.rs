use resilience::{bulkhead, Rejection};

#[bulkhead(max_wait = "1s", queue = newest)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
