//! Retries that begin inside an attempt of another retry: counted by pair, warned of once, shown in the snapshot.
//!
//! Each test begins by listening: a place in the code that speaks for the first time while the listener is being set up
//! may be taken for one that nothing listens to.

mod log;

use resilience::{
    Hedge, HedgeConfig, Mode, Retry, RetryConfig, detach, inherit, registry, resilient, retry,
};
use serde_json::json;

type Outcome = Result<(), resilience::Error<String>>;

#[retry(name = "nested: outer", attempts = 3, delay = "0ms")]
async fn outer(failures: &mut u32) -> Outcome {
    inner().await?;
    match failures.checked_sub(1) {
        Some(left) => {
            *failures = left;
            Err(String::from("once more").into())
        }
        None => Ok(()),
    }
}

#[retry(name = "nested: inner", attempts = 4)]
async fn inner() -> Outcome {
    Ok(())
}

/// `(outer, calls, attempts at most)`
fn nested(retry: &Retry) -> Vec<(String, u64, u64)> {
    let pairs = retry.nested().into_iter();
    pairs.map(|pair| (pair.outer.to_string(), pair.calls, pair.attempts_at_most)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_retry_inside_another_ones_attempt_is_counted_and_warned_of_once() {
    let log = log::listen();
    inner().await.unwrap();
    let inside = registry().retry("nested: inner").unwrap();
    assert_eq!(nested(inside), []);
    outer(&mut 2).await.unwrap();
    outer(&mut 0).await.unwrap();
    assert_eq!(nested(inside), [("nested: outer".into(), 4, 12)], "three attempts, and one");
    let words = ["event=\"nested_retry\"", "policy=\"nested: inner\"", "outer=\"nested: outer\""];
    assert_eq!(log.count_with(&words), 1);
    let line = log.line_with(&words);
    assert_eq!(line.target, "resilience::retry");
    assert!(line.fields.contains("may run 12 times"), "{line:?}");
    let metrics = resilience::observe::Format::Prometheus.text(registry());
    let line = "resilience_nested_retries_total{outer=\"nested: outer\",inner=\"nested: inner\"} 4";
    assert!(metrics.contains(line), "{metrics}");
    let snapshot = serde_json::to_value(registry().snapshot()).unwrap();
    let pair = json!({
        "outer": "nested: outer", "inner": "nested: inner", "calls": 4, "attempts_at_most": 12,
    });
    assert!(snapshot["nested_retries"].as_array().unwrap().contains(&pair));
}

const TWICE: RetryConfig = RetryConfig::new().attempts(2);

#[tokio::test(start_paused = true)]
async fn retries_by_hand_are_told_apart_by_name() {
    let _log = log::listen();
    let (one, other) = (Retry::new("nested: one", TWICE), Retry::new("nested: other", TWICE));
    let inside = Retry::new("nested: inside", TWICE);
    let call = || inside.call(|| async { Outcome::Ok(()) });
    one.call(call).await.unwrap();
    other.call(call).await.unwrap();
    other.call(call).await.unwrap();
    inside.call(call).await.unwrap();
    assert_eq!(
        nested(&inside),
        [
            ("nested: one".into(), 1, 4),
            ("nested: other".into(), 2, 4),
            ("nested: inside".into(), 1, 4),
        ]
    );
    inside.reset();
    assert!(inside.nested().iter().all(|pair| pair.calls == 0));
}

#[tokio::test(start_paused = true)]
async fn the_innermost_retry_around_it_is_the_outer_one() {
    let _log = log::listen();
    let (far, near) = (Retry::new("nested: far", TWICE), Retry::new("nested: near", TWICE));
    let inside = Retry::new("nested: innermost", TWICE);
    far.call(|| near.call(|| inside.call(|| async { Outcome::Ok(()) }))).await.unwrap();
    assert_eq!(nested(&near), [("nested: far".into(), 1, 4)]);
    assert_eq!(nested(&inside), [("nested: near".into(), 1, 4)]);
}

#[tokio::test(start_paused = true)]
async fn where_nothing_is_tried_again_nothing_is_counted() {
    let _log = log::listen();
    let (outside, inside) = (Retry::new("nested: a", TWICE), Retry::new("nested: b", TWICE));
    let single = Retry::new("nested: single", RetryConfig::new().attempts(1));
    let call = || inside.call(|| async { Outcome::Ok(()) });
    single.call(call).await.unwrap();
    outside.call(|| single.call(|| async { Outcome::Ok(()) })).await.unwrap();
    outside.call(|| detach(call())).await.unwrap();
    Hedge::new("nested: hedge", HedgeConfig::new()).call(call).await.unwrap();
    inside.set_mode(Mode::Off).unwrap();
    outside.call(call).await.unwrap();
    inside.set_mode(Mode::Enforce).unwrap();
    outside.set_mode(Mode::Off).unwrap();
    outside.call(call).await.unwrap();
    assert_eq!((nested(&inside), nested(&single)), (vec![], vec![]));
}

/// Of its own, for tests run side by side.
#[retry(name = "nested: other inner", attempts = 4)]
async fn other_inner() -> Outcome {
    Ok(())
}

#[resilient]
async fn without_a_retry() -> Outcome {
    other_inner().await
}

#[tokio::test(start_paused = true)]
async fn other_layers_in_between_change_nothing() {
    let _log = log::listen();
    let outside = Retry::new("nested: around a pipeline", TWICE);
    let hedge = Hedge::new("nested: between", HedgeConfig::new());
    let named = |name: &str| {
        let pairs = nested(registry().retry("nested: other inner").unwrap());
        pairs.iter().filter(|(outer, ..)| outer == name).map(|(_, calls, _)| calls).sum::<u64>()
    };
    outside.call(without_a_retry).await.unwrap();
    assert_eq!(named("nested: around a pipeline"), 1);
    outside.call(|| hedge.call(other_inner)).await.unwrap();
    assert_eq!(named("nested: around a pipeline"), 2);
    outside.call(|| async { tokio::spawn(inherit(other_inner())).await.unwrap() }).await.unwrap();
    assert_eq!(
        named("nested: around a pipeline"),
        3,
        "a task that inherits belongs to the attempt"
    );
}

#[test]
fn synchronous_functions_count_too() {
    let _log = log::listen();
    let (outside, inside) = (Retry::new("nested: c", TWICE), Retry::new("nested: d", TWICE));
    outside.call_blocking(|| inside.call_blocking(|| Outcome::Ok(()))).unwrap();
    outside.reconfigure(RetryConfig::new().attempts(7)).unwrap();
    assert_eq!(nested(&inside), [("nested: c".into(), 1, 14)], "by the options in force");
}
