use resilience::{Rejection, resilient};

#[resilient(timeout("5s", rejection = Rejection::from))]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
