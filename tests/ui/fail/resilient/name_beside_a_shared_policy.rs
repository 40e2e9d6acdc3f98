use resilience::{Pipeline, Rejection, resilient};

#[resilient(retry)]
pub static PAYMENTS: Pipeline;

#[resilient(PAYMENTS, name = "payments")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
