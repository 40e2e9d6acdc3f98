use resilience::{Rejection, resilient};

#[resilient]
fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
