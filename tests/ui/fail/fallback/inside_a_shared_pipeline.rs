use resilience::{Pipeline, Rejection, fallback, resilient};

#[resilient]
static PAYMENTS: Pipeline;

#[resilient(PAYMENTS)]
#[fallback(Ok(0))]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
