use resilience::timeout;

#[timeout]
async fn charge(id: u64) -> Result<u64, ()> {
    Ok(id)
}

fn main() {}
