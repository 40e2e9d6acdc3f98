use resilience::{timeout};

#[timeout]
async fn charge(id: u64) -> String {
    id.to_string()
}

fn main() {}
