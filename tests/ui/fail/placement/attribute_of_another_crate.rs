use resilience::{Rejection, retry, timeout};

// As another crate's attribute of that name would be written.
#[retry]
#[timeout(100)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
