use resilience::{Rejection, retry};

#[retry(only = [read])]
async fn read() -> Result<(), Rejection> {
    Ok(())
}

fn main() {}
