use resilience::health_check;

#[health_check(every = "0s")]
async fn database() -> Result<(), String> {
    Ok(())
}

fn main() {}
