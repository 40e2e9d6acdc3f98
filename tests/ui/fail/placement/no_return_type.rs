use resilience::{timeout};

#[timeout]
async fn charge(id: u64) {
    let _ = id;
}

fn main() {}
