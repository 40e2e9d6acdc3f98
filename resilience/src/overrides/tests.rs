//! Which override wins, and what is said about those that cannot be meant.

use super::environment;
use super::leaf::Leaf;
use super::resolve::{Known, winners};
use super::target::Target;
use super::toml_text;
use crate::grammar::Literal;
use crate::health::{HealthCheck, HealthCheckConfig};
use crate::kind::PolicyKind;
use crate::name::{Identity, Origin};
use crate::problem::Problem;
use crate::retry::{Retry, RetryConfig};

fn known(kind: PolicyKind, name: &'static str, place: &str) -> Known {
    Known { kind, name, place: place.into() }
}

fn policies() -> Vec<Known> {
    vec![
        known(PolicyKind::Retry, "shop::charge", "src/shop.rs:3"),
        known(PolicyKind::Retry, "a.b", "src/x.rs:3"),
        known(PolicyKind::Retry, "a_b", "src/y.rs:9"),
        known(PolicyKind::CircuitBreaker, "payments", "src/pay.rs:17"),
        known(PolicyKind::Bulkhead, "twice", "src/a.rs:1"),
        known(PolicyKind::Bulkhead, "twice", "src/b.rs:2"),
    ]
}

fn file(text: &str) -> Vec<Leaf> {
    toml_text::file("f", text).unwrap()
}

fn variable(name: &str, value: &str) -> Result<Vec<Leaf>, Vec<String>> {
    let variables = [(name.to_owned(), value.to_owned())];
    environment::leaves(variables, &policies()).map_err(|problems| texts(&problems))
}

fn texts(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

/// The attempts that `shop::charge` gets.
fn attempts(leaves: &[Leaf]) -> Result<String, Vec<String>> {
    let (winners, found) = winners(leaves, &policies(), false);
    if !found.problems.is_empty() {
        return Err(texts(&found.problems));
    }
    match &winners[0]["attempts"].value {
        Literal::Integer(digits) => Ok(digits.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_closest_override_wins_then_the_nearest_source() {
    let one =
        |selector: &str, attempts: u32| format!("[retry.\"{selector}\"]\nattempts = {attempts}\n");
    for (close, far) in [
        ("shop::charge", "*"),
        ("shop::charge", "shop::*"),
        ("shop::charge", "shop::charge*"),
        ("shop::c*", "shop::*"),
        ("*::charge", "shop::*"),
        ("shop::*", "s*"),
        ("*charge*", "*arge"),
        ("shop::*e", "*"),
    ] {
        for text in [one(close, 1) + &one(far, 9), one(far, 9) + &one(close, 1)] {
            assert_eq!(attempts(&file(&text)), Ok("1".into()), "{close} against {far}");
        }
    }
    let in_file = file(&one("shop::charge", 5));
    let inline = toml_text::inline("i", "retry.\"shop::charge\".attempts=6").unwrap();
    let set = variable("RESILIENCE__RETRY__SHOP__CHARGE__ATTEMPTS", "7").unwrap();
    let all = |parts: [&[Leaf]; 3]| attempts(&parts.concat());
    assert_eq!(all([&set, &in_file, &inline]), Ok("7".into()));
    assert_eq!(all([&inline, &in_file, &[]]), Ok("6".into()));
    let pattern = toml_text::inline("i", "retry.\"shop::*\".attempts=6").unwrap();
    assert_eq!(all([&pattern, &in_file, &[]]), Ok("5".into()), "an exact name, wherever it is");
}

#[test]
fn two_patterns_of_equal_weight_are_named_both() {
    let told =
        attempts(&file("[retry.\"shop::*\"]\nattempts = 1\n[retry.\"*charge\"]\nattempts = 2"));
    assert_eq!(
        told,
        Err(vec![
            "f:2:1: `*charge` (f:4:1) and `shop::*` both set `attempts` of `shop::charge`, and neither is closer to \
             its name: set it under `shop::charge` alone"
                .into()
        ])
    );
}

#[test]
fn a_name_that_no_policy_has_is_told_with_the_one_that_was_meant() {
    let told = |text: &str| attempts(&file(text)).unwrap_err();
    assert_eq!(
        told("[circuit_breaker.\"payment\"]\nopen_for = \"1s\""),
        ["f:1:18: no circuit breaker is named `payment`; did you mean `payments` (src/pay.rs:17)?"]
    );
    assert_eq!(
        told("[retry.\"payments\"]\nattempts = 1"),
        ["f:1:8: `payments` is a circuit breaker, not a retry"]
    );
    assert_eq!(
        told("[bulkhead.\"twice\"]\nmax_concurrent = 1"),
        [
            "f:1:11: `twice` names two bulkheads (src/a.rs:1, src/b.rs:2); give each a name of its own"
        ]
    );
}

#[test]
fn a_pattern_that_matches_nothing_is_a_warning() {
    let leaves = file("[retry.\"x*\"]\nattempts = 1");
    let (_, found) = winners(&leaves, &policies(), false);
    assert_eq!(texts(&found.warnings), ["f:1:8: no retry matches `x*`"]);
    let leaves = file("[retry.\"later\"]\nattempts = 1");
    assert!(winners(&leaves, &policies(), true).1.problems.is_empty());
}

#[test]
fn a_spelling_that_two_policies_share_is_told_with_the_way_out() {
    assert_eq!(
        variable("RESILIENCE__RETRY__A_B__ATTEMPTS", "1"),
        Err(vec![
            "RESILIENCE__RETRY__A_B__ATTEMPTS: `a.b` (src/x.rs:3) and `a_b` (src/y.rs:9) are both spelled so; use \
             RESILIENCE_OVERRIDES='retry.\"a.b\".attempts=1'"
                .into()
        ])
    );
    let told = variable("RESILIENCE__RETRY__A_B__DELAY", "5s").unwrap_err();
    assert!(told[0].ends_with("RESILIENCE_OVERRIDES='retry.\"a.b\".delay=\"5s\"'"), "{told:?}");
    let told = variable("RESILIENCE__RETRY__NONE__ATTEMPTS", "1").unwrap_err();
    assert!(told[0].contains("no retry is spelled `NONE` here"), "{told:?}");
    assert!(variable("RESILIENCE__RETRIES__A__B", "1").unwrap_err()[0].contains("CIRCUIT_BREAKER"));
    assert_eq!(variable("RESILIENCE_SOMETHING", "1"), Ok(vec![]));
}

/// What is wrong with the first override of a text, for the first of the policies.
fn wrong(target: &dyn Target, text: &str) -> Option<String> {
    target.check(&policies()[0], &file(text)[0]).map(|problem| problem.to_string())
}

#[test]
fn a_state_and_a_mode_are_for_kinds_that_have_them() {
    static RETRY: Retry = Retry::new("shop::charge", RetryConfig::new());
    let told = wrong(&RETRY, "[retry.\"shop::charge\"]\nstate = \"forced-open\"").unwrap();
    assert!(told.starts_with("f:2:1: unknown option `state` of a retry"), "{told}");
    assert_eq!(wrong(&RETRY, "[retry.\"shop::charge\"]\nmode = \"off\""), None);

    let check = HealthCheck::declared(
        Identity::new("database", Origin::Explicit),
        HealthCheckConfig::new(),
        || Box::pin(async { Ok(()) }),
    );
    let told = wrong(&check, "[health_check.\"database\"]\nmode = \"off\"").unwrap();
    assert!(told.starts_with("f:2:1: unknown option `mode` of a health check"), "{told}");
}
