use resilience::{Rejection, rate_limit};

#[rate_limit("100/s", lease = "10ms", replicas = 3)]
async fn search(query: &str) -> Result<usize, Rejection> {
    Ok(query.len())
}

fn main() {}
