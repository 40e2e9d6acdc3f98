use std::io;

use resilience::retry;

struct Store;

#[retry(only = [save])]
impl Store {
    async fn save(&self, text: String) -> io::Result<u32> {
        keep(text)
    }
}

fn keep(_: String) -> io::Result<u32> {
    Ok(1)
}

fn main() {}
