use resilience::{timeout, Rejection};

use std::time::Duration;

#[timeout(Duration::from_secs(2))]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
