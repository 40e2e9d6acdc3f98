use resilience::retry;

#[retry(attempts = -1)]
async fn negative() -> Result<(), std::io::Error> {
    Ok(())
}

#[retry(attempts = 2.5)]
async fn broken() -> Result<(), std::io::Error> {
    Ok(())
}

#[retry(attempts = 5_000_000_000)]
async fn too_many() -> Result<(), std::io::Error> {
    Ok(())
}

#[retry(attempts = true)]
async fn a_flag() -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {}
