use resilience::{Rejection, rate_limit};

#[rate_limit("100/s", cost = 0)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
