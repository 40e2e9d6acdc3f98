use resilience::timeout;

#[timeout]
async fn charge<E>(id: u64) -> Result<u64, E> {
    Ok(id)
}

fn main() {}
