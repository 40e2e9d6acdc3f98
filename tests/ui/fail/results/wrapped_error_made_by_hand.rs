use std::io;

use resilience::{Error, timeout};

#[timeout("1s")]
async fn read() -> Result<u16, Error<io::Error>> {
    Err(io::Error::other("no"))
}

fn main() {}
