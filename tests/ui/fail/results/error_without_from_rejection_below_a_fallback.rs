use resilience::{fallback, timeout};

#[derive(Debug)]
struct Declined;

#[fallback(Ok(0))]
#[timeout("2s")]
async fn charge(cents: u64) -> Result<u64, Declined> {
    Ok(cents)
}

fn main() {}
