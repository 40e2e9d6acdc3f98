use resilience::health_check;

#[health_check]
async fn database<T: Default>() -> Result<(), String> {
    let _ = T::default();
    Ok(())
}

fn main() {}
