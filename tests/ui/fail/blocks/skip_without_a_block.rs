use resilience::{Rejection, resilient};

#[resilient(skip)]
async fn read() -> Result<(), Rejection> {
    Ok(())
}

fn main() {}
