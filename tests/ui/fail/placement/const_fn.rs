use resilience::{retry, Rejection};

#[retry]
const fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
