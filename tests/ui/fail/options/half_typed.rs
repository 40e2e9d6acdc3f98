use resilience::{retry, Rejection};

#[retry(attempts = , delay = "1s".,  when_err = |e|)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
