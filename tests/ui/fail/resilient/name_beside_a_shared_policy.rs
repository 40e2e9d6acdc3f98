use resilience::{Policy, Rejection, resilient};

#[resilient(retry)]
pub static PAYMENTS: Policy;

#[resilient(PAYMENTS, name = "payments")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
