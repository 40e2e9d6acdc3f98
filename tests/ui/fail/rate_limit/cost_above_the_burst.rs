use resilience::{Rejection, rate_limit};

#[rate_limit("100/s", burst = 10, cost = 20)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
