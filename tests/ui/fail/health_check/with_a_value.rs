use resilience::health_check;

#[health_check]
async fn database() -> Result<u32, String> {
    Ok(1)
}

fn main() {}
