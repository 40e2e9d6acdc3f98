use resilience::{timeout, Rejection};

#[timeout]
fn charge(id: u64) -> impl Future<Output = Result<u64, Rejection>> {
    std::future::ready(Ok(id))
}

fn main() {}
