use resilience::{retry, Rejection};

#[tokio::main]
#[retry]
async fn main() -> Result<(), Rejection> {
    Ok(())
}
