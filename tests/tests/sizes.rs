//! What a guarded call's future holds beyond its body: per attribute at most 64 bytes, and tokio's timer in each
//! timeout and retry. A breaker's static holds at most 256.

use resilience::{CircuitBreaker, Rejection, bulkhead, circuit_breaker, retry, timeout};

type Answer = Result<(), Rejection>;

/// Something to await, so that a body keeps what it holds.
async fn pause() {
    std::future::pending::<()>().await;
}

fn sleep() -> usize {
    size_of::<tokio::time::Sleep>()
}

/// The same function under each stack, with a body that holds `$bytes` over an await.
macro_rules! guarded {
    ($module:ident, $bytes:literal) => {
        mod $module {
            use super::*;

            async fn hold() -> Answer {
                let held = [0_u8; $bytes];
                pause().await;
                std::hint::black_box(&held);
                Ok(())
            }

            pub(crate) async fn bare() -> Answer {
                hold().await
            }

            #[circuit_breaker]
            pub(crate) async fn breaker() -> Answer {
                hold().await
            }

            #[retry]
            pub(crate) async fn retried() -> Answer {
                hold().await
            }

            #[timeout]
            pub(crate) async fn limited() -> Answer {
                hold().await
            }

            #[bulkhead(max_wait = "1s")]
            pub(crate) async fn bounded() -> Answer {
                hold().await
            }

            #[retry]
            #[circuit_breaker]
            #[timeout("1s")]
            #[bulkhead]
            pub(crate) async fn four() -> Answer {
                hold().await
            }

            /// What each stack adds to the bare function.
            pub(crate) fn added() -> [(&'static str, usize); 5] {
                let body = size_of_val(&bare());
                [
                    ("breaker", size_of_val(&breaker()) - body),
                    ("retry", size_of_val(&retried()) - body),
                    ("timeout", size_of_val(&limited()) - body),
                    ("bulkhead", size_of_val(&bounded()) - body),
                    ("all four", size_of_val(&four()) - body),
                ]
            }
        }
    };
}

guarded!(empty, 0);
guarded!(large, 1024);

#[test]
fn an_attribute_adds_at_most_64_bytes_and_a_timer() {
    for (body, added) in [("0 B", empty::added()), ("1 KB", large::added())] {
        for ((policy, bytes), timers) in added.into_iter().zip([0, 1, 1, 0, 2]) {
            let attributes = if policy == "all four" { 4 } else { 1 };
            let most = attributes * 64 + timers * sleep();
            assert!(bytes <= most, "{policy} around {body}: {bytes} bytes, not {most}");
        }
    }
}

/// This program is built with the test kit, whose futures ask for faults.
const KIT: usize = 16;

/// Measured, so that growth is noticed and meant. (A retry's pause takes the place of a body that is larger.)
#[test]
fn futures_are_no_larger_than_they_were() {
    let (empty, large) =
        ([45, 53, 45 + sleep(), 29, 117 + sleep()], [45, 37, 45 + sleep(), 29, 117 + sleep()]);
    for (added, measured) in [(empty::added(), empty), (large::added(), large)] {
        for ((policy, bytes), measured) in added.into_iter().zip(measured) {
            assert!(bytes <= measured + KIT, "{policy}: {bytes} bytes, not {measured}");
        }
    }
}

#[test]
fn a_breakers_static_holds_at_most_256_bytes() {
    assert!(size_of::<CircuitBreaker>() <= 256, "{} bytes", size_of::<CircuitBreaker>());
}
