use resilience::health_check;

#[health_check]
async fn database<T: Default>() -> Result<(), String> {
    let _ = T::default();
    Ok(())
}

#[health_check]
async fn shard<const NUMBER: usize>() -> Result<(), String> {
    Ok(())
}

fn main() {}
