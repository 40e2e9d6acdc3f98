use resilience::{fallback, timeout};

#[derive(Debug)]
struct Declined;

// The fallback answers every rejection: none has to become a `Declined`.
#[fallback(Ok(0))]
#[timeout("2s")]
async fn charge(cents: u64) -> Result<u64, Declined> {
    Ok(cents)
}

#[tokio::main]
async fn main() {
    assert_eq!(charge(7).await.unwrap(), 7);
}
