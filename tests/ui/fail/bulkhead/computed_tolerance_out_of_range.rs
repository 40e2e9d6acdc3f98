use resilience::{bulkhead, Rejection};

const TOLERANCE: f64 = 11.0;

#[bulkhead(adaptive, tolerance = TOLERANCE)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
