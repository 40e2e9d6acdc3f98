use resilience::fallback;

#[fallback(0, 1)]
async fn count(id: u64) -> u64 {
    id
}

fn main() {}
