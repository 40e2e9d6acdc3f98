//! Functions that call each other: how deep the compiler follows them.

use resilience::{Rejection, resilient};

fn sent<F: Future + Send>(future: F) -> F {
    future
}

macro_rules! levels {
    ($attribute:meta: $name:ident calls $inner:ident $($rest:ident)*) => {
        #[$attribute]
        async fn $name(id: u64) -> Result<u64, Rejection> {
            let id = $inner(id + 1).await?;
            tokio::task::yield_now().await;
            Ok(id)
        }
        levels!($attribute: $inner calls $($rest)*);
    };
    ($attribute:meta: $name:ident calls) => {
        async fn $name(id: u64) -> Result<u64, Rejection> {
            tokio::task::yield_now().await;
            Ok(id)
        }
    };
}

levels!(resilient(retry): a calls b c d e f);

#[tokio::test(start_paused = true)]
async fn the_future_of_a_chain_of_five_is_known_to_be_send() {
    assert_eq!(sent(a(0)).await, Ok(5));
}
