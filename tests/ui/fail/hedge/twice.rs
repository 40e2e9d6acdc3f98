use resilience::{Rejection, hedge};

#[hedge("50ms")]
#[hedge(max_attempts = 3)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
