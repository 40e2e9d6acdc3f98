use resilience::health_check;

#[health_check]
fn database() -> Result<(), String> {
    Ok(())
}

fn main() {}
