use resilience::{retry, BulkheadConfig};

const PATIENT: BulkheadConfig = BulkheadConfig::new();

#[retry(config = PATIENT, attempts = 5)]
async fn charge(id: u64) -> Result<u64, resilience::Rejection> {
    Ok(id)
}

fn main() {}
