use resilience::{Pipeline, Rejection, resilient};

#[resilient(retry)]
static SHOP: Pipeline;

#[resilient(SHOP)]
async fn order(name: String) -> Result<String, Rejection> {
    keep(name)
}

fn keep(name: String) -> Result<String, Rejection> {
    Ok(name)
}

fn main() {}
