use resilience::{fallback, timeout};

#[timeout]
#[fallback(0)]
async fn count(id: u64) -> u64 {
    id
}

fn main() {}
