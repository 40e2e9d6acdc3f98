use resilience::{timeout, Rejection};

fn to_text(rejection: Rejection) -> String {
    rejection.to_string()
}

#[timeout(rejection = to_text)]
async fn charge(id: u64) -> Result<u64, u8> {
    Ok(id)
}

fn main() {}
