use resilience::{bulkhead, retry, Rejection};

#[bulkhead]
static DISK: resilience::Bulkhead;

#[retry(DISK)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
