use resilience::{Rejection, resilient, retry};

#[resilient(name = "payments", retry)]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

#[retry(name = "payments.retry")]
async fn refund(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {
    drop((charge(1), refund(1)));
}
