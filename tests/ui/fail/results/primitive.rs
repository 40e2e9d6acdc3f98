use resilience::{timeout};

#[timeout]
async fn charge(id: u64) -> u64 {
    id
}

fn main() {}
