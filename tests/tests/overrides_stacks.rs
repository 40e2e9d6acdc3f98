//! Overrides and whole stacks: contradictions between layers, policies that join later, values of any format, and the way
//! back.

#![allow(dead_code, reason = "some functions are there to be listed")]

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use resilience::overrides::{self, Overrides};
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, CircuitState, Mode, Rejection,
    Retry, RetryConfig, Timeout, circuit_breaker, registry, retry, timeout,
};
use serde_json::json;
use tokio::sync::{Mutex, MutexGuard};

#[timeout("5s", name = "stack: total")]
#[retry(name = "stack: again", attempts = 3, delay = "1s", backoff = fixed)]
#[timeout("1s", name = "stack: attempt")]
async fn stacked() -> Result<(), Rejection> {
    Ok(())
}

#[timeout("2s", name = "stack: shared limit")]
static SHARED: Timeout;

#[timeout(SHARED)]
#[timeout("1s", name = "stack: inside")]
async fn inside_of_a_shared_limit() -> Result<(), Rejection> {
    Ok(())
}

#[circuit_breaker(name = "stack: breaker")]
static BREAKER: CircuitBreaker;

/// Overrides are the program's: one test at a time, from nothing to nothing.
async fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::const_new(());
    let turn = TURN.lock().await;
    registry().reset_overrides();
    turn
}

fn file(name: &str, text: &str) -> Overrides {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    overrides::file(path)
}

/// What is wrong with a file, without its folder.
fn told(name: &str, text: &str) -> Vec<String> {
    let problems = file(name, text).check().unwrap_err();
    let folder = format!("{}/", env!("CARGO_TARGET_TMPDIR"));
    problems.iter().map(|problem| problem.to_string().replace(&folder, "")).collect()
}

fn total() -> &'static Timeout {
    registry().timeout("stack: total").unwrap()
}

#[tokio::test]
async fn a_total_limit_that_ends_before_the_delays_is_told_at_the_override() {
    let _alone = alone().await;
    let sentence = "this limit of 1s ends before the pauses between the 3 attempts are over, 2s in all: 1 of them can \
                    run; write at least \"3s\", or retry with `attempts = 1`";
    let text = "[timeout.\"stack: total\"]\nafter = \"1s\"\n[timeout.\"stack: attempt\"]\nafter = \"500ms\"\n";
    assert_eq!(told("a.toml", text), [format!("a.toml:2:9: `after`: {sentence}")]);
    let text = "\n[retry.\"stack: again\"]\n  attempts = 9\n";
    let [problem] = &told("b.toml", text)[..] else { panic!() };
    assert!(problem.starts_with("b.toml:3:14: this limit of 5s ends before"), "{problem}");
    assert!(problem.contains("the 9 attempts are over, 8s in all: 5 of them can run"), "{problem}");
}

#[tokio::test]
async fn an_inner_limit_that_is_never_reached_is_told_at_the_override() {
    let _alone = alone().await;
    let sentence =
        "of 5s is never reached, because the outer one of 5s ends first: write less, or remove one";
    let text = "[timeout.\"stack: attempt\"]\nafter = \"5s\"";
    assert_eq!(told("c.toml", text), [format!("c.toml:2:9: `after`: this inner limit {sentence}")]);
    let text = "[timeout.\"stack: shared limit\"]\nafter = \"900ms\"";
    assert_eq!(told("d.toml", text).len(), 1, "a shared instance is part of the stack");
}

#[tokio::test]
async fn nothing_is_changed_by_layers_that_contradict_each_other() {
    let _alone = alone().await;
    let before = total().config().clone();
    assert!(file("e.toml", "[timeout.\"*\"]\nafter = \"1s\"").reload().is_err());
    assert_eq!(*total().config(), before);
    // The same limit is fine once the attempts fit.
    let text = "[timeout.\"stack: total\"]\nafter = \"1200ms\"\n[retry.\"stack: again\"]\nattempts = 2\n\
                [timeout.\"stack: attempt\"]\nafter = \"1100ms\"\n";
    file("e.toml", text).reload().unwrap();
    assert_eq!(*total().config(), before.after(Duration::from_millis(1_200)));
}

#[tokio::test]
async fn a_layer_that_is_off_contradicts_nothing() {
    let _alone = alone().await;
    let text = "[timeout.\"stack: total\"]\nafter = \"1500ms\"\n[retry.\"stack: again\"]\nmode = \"off\"\n";
    file("f.toml", text).reload().unwrap();
    assert_eq!(registry().retry("stack: again").unwrap().mode(), Mode::Off);
}

#[tokio::test]
async fn what_the_program_itself_contradicts_is_no_mistake_of_a_file() {
    let _alone = alone().await;
    let limit = registry().timeout("stack: inside").unwrap();
    limit.reconfigure(limit.config().clone().after(Duration::from_secs(60))).unwrap();
    file("g.toml", "[circuit_breaker.\"stack: breaker\"]\nmin_calls = 9").reload().unwrap();
}

#[tokio::test]
async fn a_policy_that_joins_later_gets_its_layers() {
    let _alone = alone().await;
    let text = "[bulkhead.\"joins *\"]\nmax_concurrent = 3\n[circuit_breaker.\"joins later\"]\nstate = \"forced-open\"\n\
                [retry.\"joins later\"]\nattempts = 7\nmode = \"off\"\n";
    assert!(file("h.toml", text).reload().is_err(), "no circuit breaker is called so yet");
    file("h.toml", text).allow_unknown().reload().unwrap();
    let bulkhead = registry().insert(Bulkhead::new("joins now", BulkheadConfig::new()));
    assert_eq!(*bulkhead.config(), BulkheadConfig::new().max_concurrent(3));
    let retry = registry().insert(Retry::new("joins later", RetryConfig::new()));
    assert_eq!((retry.config(), retry.mode()), (&RetryConfig::new().attempts(7), Mode::Off));
    let breaker =
        registry().insert(CircuitBreaker::new("joins later", CircuitBreakerConfig::new()));
    assert_eq!(breaker.state(), CircuitState::ForcedOpen);
    let other = registry().insert(Bulkhead::new("stays out", BulkheadConfig::new()));
    assert_eq!(*other.config(), BulkheadConfig::new());
    file("h.toml", "").reload().unwrap();
    assert_eq!(*bulkhead.config(), BulkheadConfig::new(), "an override is a layer");
    assert_eq!((retry.config(), retry.mode()), (&RetryConfig::new(), Mode::Enforce));
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test]
async fn a_value_of_any_format_says_the_same_as_a_file() {
    let _alone = alone().await;
    let value = json!({
        "timeout": { "stack: total": { "after": "9s" } },
        "circuit_breaker": { "stack: *": { "failure_rate": "25%", "window": 100, "critical": true } },
        "*": { "stack: again": { "mode": "off" } },
    });
    let overrides = Overrides::from_value(value).unwrap();
    let plan = overrides.check().unwrap().to_string();
    assert!(plan.contains("stack: total.after: 5s → 9s (timeout.stack: total.after)"), "{plan}");
    overrides.reload().unwrap();
    assert_eq!(*total().config(), total().config().clone().after(Duration::from_secs(9)));
    assert_eq!(registry().retry("stack: again").unwrap().mode(), Mode::Off);
    let told = |value| {
        let problems =
            Overrides::from_value(value).and_then(|overrides| overrides.check()).unwrap_err();
        problems.to_string()
    };
    assert_eq!(
        told(json!({ "timeout": { "stack: total": { "after": 5 } } })),
        "timeout.stack: total.after: `after`: a duration has a unit: write \"5ms\" or \"5s\""
    );
    assert!(told(json!({ "timeuot": {} })).contains("did you mean `timeout`?"));
    assert!(told(json!({ "timeout": 5 })).contains("a kind holds a table of policies"));
    assert!(told(json!(5)).contains("overrides are a table"));
}

#[tokio::test]
async fn everything_can_be_as_declared_again() {
    let _alone = alone().await;
    let before = total().config().clone();
    total().reconfigure(before.clone().after(Duration::from_secs(60))).unwrap();
    total().set_mode(Mode::Observe).unwrap();
    let text = "[circuit_breaker.\"stack: breaker\"]\nopen_for = \"5s\"\nstate = \"forced-open\"\nmode = \"off\"";
    file("i.toml", text).reload().unwrap();
    registry().reset_overrides();
    assert_eq!((total().config(), total().mode()), (&before, Mode::Enforce));
    assert_eq!((BREAKER.state(), BREAKER.mode()), (CircuitState::Closed, Mode::Enforce));
    assert_eq!(*BREAKER.config(), CircuitBreakerConfig::new());
}

/// Eight threads call while options flip: each outcome is one of those that either config alone gives.
#[test]
fn no_call_is_judged_by_a_mix_of_two_configs() {
    const FLIPS: u32 = 100_000;
    /// Two attempts under A, three under B; one that saw both could make none, or four.
    static FLIPPED: Retry = Retry::new("stack: flipped", A);
    const A: RetryConfig = RetryConfig::new().attempts(2).delay(Duration::ZERO);
    const B: RetryConfig = RetryConfig::new().attempts(3).delay(Duration::ZERO);
    static DONE: AtomicBool = AtomicBool::new(false);
    let callers: Vec<_> = (0..8)
        .map(|_| {
            std::thread::spawn(|| {
                let mut seen = [0_u64; 5];
                while !DONE.load(Ordering::Relaxed) {
                    let mut attempts = 0;
                    let _ = FLIPPED.call_blocking(|| {
                        attempts += 1;
                        Err::<(), ()>(())
                    });
                    seen[attempts.min(4)] += 1;
                }
                seen
            })
        })
        .collect();
    for flip in 0..FLIPS {
        FLIPPED.reconfigure(if flip % 2 == 0 { B } else { A }).unwrap();
    }
    DONE.store(true, Ordering::Relaxed);
    for caller in callers {
        let seen = caller.join().unwrap();
        assert_eq!([seen[0], seen[1], seen[4]], [0, 0, 0], "{seen:?}");
    }
}
