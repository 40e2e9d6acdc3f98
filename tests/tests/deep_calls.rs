//! Functions that call each other: how deep the compiler follows them, and how much stack a call of them all takes.

use resilience::{Rejection, bulkhead, circuit_breaker, resilient, retry, timeout};

/// Innermost first: the compiler knows the layout of each before that of the one that calls it, as it does for functions
/// of other modules further up.
macro_rules! levels {
    ($(#[$attribute:meta])* $inner:ident called by $name:ident $($rest:ident)*) => {
        $(#[$attribute])*
        async fn $name(id: u64) -> Result<u64, Rejection> {
            let id = $inner(id + 1).await?;
            tokio::task::yield_now().await;
            Ok(id)
        }
        levels!($(#[$attribute])* $name called by $($rest)*);
    };
    ($(#[$attribute:meta])* $inner:ident called by) => {
        fn outermost() -> impl Future<Output = Result<u64, Rejection>> {
            $inner(0)
        }
    };
}

async fn core(id: u64) -> Result<u64, Rejection> {
    tokio::task::yield_now().await;
    Ok(id)
}

macro_rules! chains {
    ($($name:ident: $(#[$attribute:meta])* $count:literal = $($level:ident)*;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            levels!($(#[$attribute])* core called by $($level)*);
            assert_eq!(tokio::spawn(outermost()).await.unwrap(), Ok($count));
        }
    )*};
}

chains! {
    fifteen_levels_of_pipelines_with_a_retry_are_known_to_be_send:
        #[resilient(retry)]
        15 = a b c d e f g h i j k l m n o;
    fifteen_levels_of_pipelines_are_known_to_be_send:
        #[resilient]
        15 = a b c d e f g h i j k l m n o;
    eight_levels_of_four_attributes_are_known_to_be_send:
        #[retry]
        #[circuit_breaker]
        #[timeout]
        #[bulkhead]
        8 = a b c d e f g h;
}

/// Outermost first, where the compiler lays them all out at once.
macro_rules! downwards {
    ($name:ident calls $inner:ident $($rest:ident)*) => {
        #[resilient(retry)]
        async fn $name(id: u64) -> Result<u64, Rejection> {
            let id = $inner(id + 1).await?;
            tokio::task::yield_now().await;
            Ok(id)
        }
        downwards!($inner calls $($rest)*);
    };
    ($name:ident calls) => {
        async fn $name(id: u64) -> Result<u64, Rejection> {
            core(id).await
        }
    };
}

downwards!(l1 calls l2 l3 l4 l5 l6 l7 l8 l9 l10 l11 l12);

#[tokio::test(start_paused = true)]
async fn eleven_levels_are_laid_out_from_the_outermost_inwards() {
    assert_eq!(tokio::spawn(l1(0)).await.unwrap(), Ok(11));
}

/// An unoptimised build keeps a place in a function's frame for all that the function ever holds, and the frames of all
/// layers stay on the stack while the innermost body runs. So a layer's frame may hold only what it needs meanwhile: what
/// comes before and after belongs to functions that have returned by then.
#[cfg(debug_assertions)]
mod stack {
    use std::future::poll_fn;
    use std::hint::black_box;
    use std::pin::pin;
    use std::ptr;

    use super::*;

    /// Where the stack has come to.
    #[inline(never)]
    fn address() -> u64 {
        let local = 0_u8;
        ptr::from_ref(black_box(&local)).addr() as u64
    }

    async fn innermost(_: u64) -> Result<u64, Rejection> {
        tokio::task::yield_now().await;
        Ok(address())
    }

    levels!(#[resilient(retry)] innermost called by a b c d e f);

    /// 50 KB where this was written, under a limit that leaves room for other compilers.
    #[tokio::test(start_paused = true)]
    async fn six_levels_of_pipelines_with_a_retry_take_less_than_54_kib() {
        let mut calls = pin!(outermost());
        let depth = poll_fn(|cx| {
            let top = address();
            calls.as_mut().poll(cx).map_ok(|bottom| top - bottom)
        });
        let depth = depth.await.unwrap();
        assert!(depth < 54 * 1024, "{depth} bytes");
    }
}
