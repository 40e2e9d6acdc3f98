use resilience::{Rejection, retry, timeout};

#[timeout]
#[retry]
async fn charge(order: String) -> Result<Vec<u8>, Rejection> {
    Ok(order.into_bytes())
}

fn main() {}
