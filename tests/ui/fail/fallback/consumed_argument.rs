use resilience::{Rejection, fallback};

#[fallback(Ok(name.len()))]
async fn greet(name: String) -> Result<usize, Rejection> {
    drop(name);
    Ok(0)
}

fn main() {}
