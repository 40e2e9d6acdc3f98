use resilience::{Rejection, retry};

// Not the framework's: another crate's `timeout`, in milliseconds.
use tokio::test as timeout;

#[retry]
#[timeout(100)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
