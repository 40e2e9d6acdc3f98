use resilience::{Rejection, rate_limit};

#[rate_limit("100/s", name = "search", shared, unavailable = locale)]
async fn search(query: &str) -> Result<usize, Rejection> {
    Ok(query.len())
}

fn main() {}
