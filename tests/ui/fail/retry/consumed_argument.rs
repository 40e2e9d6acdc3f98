use resilience::{retry, Rejection};

#[retry]
async fn charge(order: String) -> Result<Vec<u8>, Rejection> {
    Ok(order.into_bytes())
}

fn main() {}
