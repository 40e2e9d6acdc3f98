use resilience::{Rejection, hedge};

#[hedge(delay = "50ms")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
