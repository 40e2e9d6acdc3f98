use resilience::{retry, timeout, Rejection};

#[timeout]
#[retry]
async fn charge(id: u64) -> Result<u64, Rejection> {
    let wrong: u32 = "text";
    id
}

fn main() {}
