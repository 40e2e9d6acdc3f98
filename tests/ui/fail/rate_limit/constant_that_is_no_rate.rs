use resilience::{Rejection, rate_limit};

const RATE: &str = "fast";

#[rate_limit(rate = RATE)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
