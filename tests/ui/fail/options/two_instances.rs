use resilience::{bulkhead, Rejection};

#[bulkhead]
static DISK: resilience::Bulkhead;
#[bulkhead]
static NET: resilience::Bulkhead;

#[bulkhead(DISK, NET)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
