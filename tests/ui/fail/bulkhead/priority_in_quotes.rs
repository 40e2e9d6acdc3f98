use resilience::{bulkhead, Rejection};

#[bulkhead(priority = "sheddable")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
