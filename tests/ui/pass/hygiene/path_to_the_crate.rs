#![forbid(unsafe_code)]
#![deny(warnings)]

mod deps {
    pub use resilience;
}

mod resilience {}

use ::resilience::Rejection;

macro_rules! guarded {
    ($name:ident) => {
        #[$crate::deps::resilience::timeout("1s", crate = $crate::deps::resilience)]
        async fn $name(n: u8) -> Result<u8, Rejection> {
            Ok(n)
        }
    };
}

guarded!(by_macro);

#[crate::deps::resilience::fallback(|rejection| rejection.policy().len(), crate = crate::deps::resilience)]
#[crate::deps::resilience::timeout("1s")]
async fn plain() -> usize {
    0
}

#[tokio::main]
async fn main() {
    assert_eq!(by_macro(1).await.unwrap(), 1);
    assert_eq!(plain().await, 0);
}
