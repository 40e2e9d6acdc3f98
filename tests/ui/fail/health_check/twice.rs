use resilience::health_check;

#[health_check(critical)]
#[health_check(every = "10s")]
async fn database() -> Result<(), String> {
    Ok(())
}

fn main() {}
