use resilience::{Error, timeout};

struct ReadError;

fn read_now() -> Result<u16, ReadError> {
    Err(ReadError)
}

#[timeout("1s")]
async fn read() -> Result<u16, Error<ReadError>> {
    read_now()
}

fn main() {}
