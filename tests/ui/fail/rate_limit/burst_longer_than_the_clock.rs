use resilience::{Rejection, rate_limit};

#[rate_limit("1/h", burst = 200_000)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
