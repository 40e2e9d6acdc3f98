use resilience::{Rejection, hedge};

#[hedge(max_attempts = 1)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
