use resilience::{bulkhead, Rejection};

const LEAST: f64 = 0.9;

#[bulkhead(shares = [LEAST, 0.4, 1.0, 1.0])]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
