use resilience::{Rejection, fallback, timeout};

async fn cached(id: u32) -> Result<u32, Rejection> {
    Ok(id)
}

#[fallback(cached(id))]
#[timeout("1s")]
async fn user(id: u32) -> Result<u32, Rejection> {
    Ok(id)
}

fn main() {}
