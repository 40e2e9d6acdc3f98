use resilience::retry;

#[retry(delay = "")]
async fn empty() -> Result<(), std::io::Error> {
    Ok(())
}

#[retry(delay = "fast")]
async fn a_word() -> Result<(), std::io::Error> {
    Ok(())
}

#[retry(delay = "30m1h")]
async fn rising_units() -> Result<(), std::io::Error> {
    Ok(())
}

#[retry(delay = "9999999h")]
async fn too_long() -> Result<(), std::io::Error> {
    Ok(())
}

#[retry(delay = "5 minutes")]
async fn a_unit_by_its_name() -> Result<(), std::io::Error> {
    Ok(())
}

#[retry(delay = 1.5)]
async fn a_number() -> Result<(), std::io::Error> {
    Ok(())
}

#[retry(delay = true)]
async fn a_flag() -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {}
