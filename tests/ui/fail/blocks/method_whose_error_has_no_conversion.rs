use std::io;
use std::num::ParseIntError;

use resilience::timeout;

struct Store;

#[timeout("1s")]
impl Store {
    async fn read(&self) -> io::Result<u32> {
        Ok(1)
    }

    async fn parse(&self, text: &str) -> Result<u32, ParseIntError> {
        text.parse()
    }
}

fn main() {}
