use resilience::{retry, Rejection};

#[retry]
static ORDERS: resilience::Retry;

#[retry(ORDERS, attempts = 5, name = "mine")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
