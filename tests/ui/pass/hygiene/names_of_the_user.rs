#![forbid(unsafe_code)]
#![deny(warnings)]

#![allow(dead_code, non_camel_case_types)]

// Everything that generated code could confuse with its own.
mod core {}
mod std {}
mod resilience_private {}
struct Result;
struct Ok;
struct Duration;
struct Retry;
struct Break;
#[allow(unused_macros)]
macro_rules! concat { () => {} }
#[allow(unused_macros)]
macro_rules! module_path { () => {} }
type Answer = ::core::result::Result<u32, ::resilience::Rejection>;

static RETRY: u32 = 1;
const TIMEOUT: ::core::time::Duration = ::core::time::Duration::from_secs(1);

#[::resilience::retry]
#[::resilience::timeout(after = TIMEOUT)]
#[::resilience::bulkhead(POOL)]
async fn hidden(outcome: u32, attempts: u32, pause: u32, timeout: u32, bulkhead: u32) -> Answer {
    ::core::result::Result::Ok(outcome + attempts + pause + timeout + bulkhead + RETRY)
}

#[::resilience::bulkhead]
static POOL: ::resilience::Bulkhead;

fn main() {
    let _ = hidden(1, 2, 3, 4, 5);
}
