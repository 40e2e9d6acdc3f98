//! Beside other macros: functions that `macro_rules!` makes, attributes under conditions, `tracing::instrument`.

use std::time::Duration;

use resilience::{bulkhead, circuit_breaker, fallback, registry, retry, timeout};

use super::{Answer, sent};

macro_rules! guarded {
    ($(#[$meta:meta])* $vis:vis $name:ident, $attempts:literal, $delay:expr, $ty:ty, $answer:expr, $body:block) => {
        $(#[$meta])*
        #[fallback($answer)]
        #[retry(attempts = $attempts, delay = $delay)]
        $vis async fn $name() -> $ty $body
    };
}

guarded!(#[timeout("3s")] #[inline] pub(crate) one, 4, "30ms", Answer<u32>, Ok(0), { Ok(1) });
guarded!(
    #[bulkhead]
    two,
    2,
    Duration::from_millis(1),
    Answer<u32>,
    Ok(0),
    { Ok(2) }
);

macro_rules! breakers {
    ($($name:ident)*) => {
        $(mod $name {
            #[resilience::circuit_breaker]
            pub(super) fn call() -> super::Answer<()> {
                Ok(())
            }
        })*
    };
}

breakers!(red green);

#[tokio::test]
async fn macro_rules_make_guarded_functions() {
    assert_eq!(sent(one()).await.unwrap() + sent(two()).await.unwrap(), 3);
    assert_eq!((red::call(), green::call()), (Ok(()), Ok(())));
    for name in ["red", "green"] {
        let breaker = registry().circuit_breaker(&format!("signatures::generated::{name}::call"));
        assert_eq!(breaker.unwrap().totals().successes, 1);
    }
}

#[cfg_attr(all(), retry(attempts = 2, delay = "1ms"))]
#[cfg_attr(any(), this_is_no_attribute)]
#[cfg_attr(all(), timeout)]
async fn conditional() -> Result<u32, std::io::Error> {
    if resilience::attempt() == 1 {
        Err(std::io::ErrorKind::Interrupted.into())
    } else {
        Ok(resilience::attempt())
    }
}

#[tokio::test(start_paused = true)]
async fn attributes_may_stand_under_a_condition() {
    assert_eq!(sent(conditional()).await.unwrap(), 2);
}

#[timeout("1s")]
#[retry]
#[tracing::instrument]
async fn traced_inside(text: String) -> Answer<String> {
    Ok(text.clone())
}

#[tracing::instrument(err, ret, skip(text))]
#[retry]
#[circuit_breaker]
async fn traced_outside(text: String) -> Answer<usize> {
    Ok(text.len())
}

#[tracing::instrument]
#[circuit_breaker]
fn traced_and_plain(text: &str) -> Answer<usize> {
    Ok(text.len())
}

#[tokio::test]
async fn instrument_goes_above_and_below() {
    assert_eq!(sent(traced_inside("x".into())).await.unwrap(), "x");
    assert_eq!(sent(traced_outside("x".into())).await, Ok(1));
    assert_eq!(traced_and_plain("xyz"), Ok(3));
}

#[retry(attempts = 3, delay = "1ms")]
#[tokio::test(start_paused = true)]
async fn a_test_may_be_retried() -> Answer<()> {
    Ok(())
}
