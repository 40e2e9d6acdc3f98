use resilience::{Rejection, fallback, hedge};

#[hedge]
#[fallback(Ok(0))]
async fn search(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
