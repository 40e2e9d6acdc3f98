use resilience::{bulkhead, Rejection};

#[bulkhead(shares = [0.5, 0.7, 1.0, 1.2])]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
