use resilience::{retry, timeout as limit, Rejection};

#[retry]
#[limit("1s")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
