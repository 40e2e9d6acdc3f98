use resilience::{Rejection, Retry, resilient, retry};

#[retry]
pub static PAYMENTS: Retry;

#[resilient(PAYMENTS)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
