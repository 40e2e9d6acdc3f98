use resilience::{Rejection, hedge};

#[hedge]
async fn greet(name: String) -> Result<String, Rejection> {
    Ok(name)
}

fn main() {}
