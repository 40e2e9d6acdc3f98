use resilience::{Rejection, fallback, timeout};

type Names = Vec<String>;

#[fallback(Names::new(), when_err = |rejection: &Rejection| rejection.retry_after().is_some())]
#[timeout("1s")]
async fn names() -> Names {
    Vec::new()
}

fn main() {}
