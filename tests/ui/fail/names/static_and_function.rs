use resilience::{Bulkhead, Rejection, bulkhead};

#[bulkhead(name = "disk")]
static DISK: Bulkhead;

#[bulkhead(name = "disk")]
fn read(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {
    let _ = (read(1), DISK.name());
}
