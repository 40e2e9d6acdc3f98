use resilience::{timeout, Rejection};

#[timeout("2s")]
fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
