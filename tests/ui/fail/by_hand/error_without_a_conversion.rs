use std::num::ParseIntError;

use resilience::{Timeout, timeout};

#[timeout("1s")]
static LIMIT: Timeout;

async fn port(text: &str) -> Result<u16, ParseIntError> {
    LIMIT.call(async { text.parse() }).await
}

fn main() {}
