use resilience::{Rejection, rate_limit};

#[rate_limit]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
