use resilience::{Rejection, rate_limit};

const BURST: u32 = 200_000;

#[rate_limit("1/h", burst = BURST)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
