use std::num::ParseIntError;

use resilience::{Error, timeout};

#[timeout("1s")]
async fn port(text: &str) -> Result<u16, Error<ParseIntError>> {
    text.parse::<u16>()
}

fn main() {}
