use resilience::{retry, Rejection};

#[retry(on_retry = |event| println!("{id} {event:?}"))]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
