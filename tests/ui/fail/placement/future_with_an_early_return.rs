use resilience::{timeout, Rejection};

#[timeout]
fn charge(id: u64) -> std::pin::Pin<Box<dyn Future<Output = Result<u64, Rejection>>>> {
    if id == 0 {
        return Box::pin(async { Ok(0) });
    }
    Box::pin(async move { Ok(id) })
}

fn main() {}
