use resilience::health_check;

#[health_check]
async fn database(url: &str) -> Result<(), String> {
    Err(url.to_owned())
}

fn main() {}
