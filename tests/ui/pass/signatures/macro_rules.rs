#![forbid(unsafe_code)]
#![deny(warnings)]

use resilience::{Rejection, circuit_breaker, retry, timeout};

macro_rules! guarded {
    ($(#[$meta:meta])* $vis:vis $name:ident, $attempts:literal, $delay:expr, $ty:ty, $body:block) => {
        $(#[$meta])*
        #[retry(attempts = $attempts, delay = $delay)]
        $vis async fn $name() -> $ty $body
    };
}

guarded!(#[timeout("3s")] #[inline] pub(crate) one, 4, "30ms", Result<u32, Rejection>, { Ok(1) });
guarded!(#[circuit_breaker] pub(crate) two, 2, std::time::Duration::from_millis(1), Result<u32, Rejection>, { Ok(2) });

#[tokio::main]
async fn main() {
    assert_eq!(one().await.unwrap() + two().await.unwrap(), 3);
}
