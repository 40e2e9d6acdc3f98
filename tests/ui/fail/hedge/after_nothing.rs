use resilience::{Rejection, hedge};

#[hedge(after = "0ms")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
