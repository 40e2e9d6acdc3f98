use resilience::{Rejection, resilient};

#[resilient(retry, timeout("5s"), attempt_timeout("5s"))]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
