use resilience::{bulkhead, Rejection};

#[bulkhead(shares = [0.5, 0.4, 1.0, "100%"])]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
