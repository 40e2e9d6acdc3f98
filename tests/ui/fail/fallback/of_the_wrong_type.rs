use resilience::{fallback, Rejection};

#[fallback(default())]
async fn stock() -> Result<u64, Rejection> {
    Ok(1)
}

fn default() -> Result<&'static str, Rejection> {
    Ok("none")
}

fn main() {}
