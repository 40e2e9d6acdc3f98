use resilience::timeout;

#[timeout]
async fn charge(id: u64) -> Option<u64> {
    Some(id)
}

fn main() {}
