//! Values at the very edge of what is accepted, and what is said beyond it where no file of `tests/ui` asks.

use super::{FUNCTION, expanded, is_rejected};
use crate::policies::named;

/// Attribute and arguments.
const JUST_ENOUGH: &[(&str, &str)] = &[
    ("circuit_breaker", "window = 10, min_calls = 10"),
    ("circuit_breaker", "window = \"10ms\""),
    ("circuit_breaker", "max_open_for = \"60s\""),
    ("circuit_breaker", "open_for = \"5s\", max_open_for = \"5s\""),
    ("retry", "delay = \"1s\", max_delay = \"1s\""),
    ("bulkhead", "adaptive, max_concurrent = 5, initial = 5"),
    ("bulkhead", "adaptive, max_concurrent = 5, min_concurrent = 5"),
    ("bulkhead", "adaptive, min_concurrent = 5, initial = 5"),
    ("bulkhead", "adaptive, window = \"10ms\", min_samples = 10"),
    ("bulkhead", "shares = [0.5, 0.5, 1.0, 1.0]"),
    ("rate_limit", "\"10/s\", cost = 10"),
    ("rate_limit", "\"1000000/1ms\""),
    ("rate_limit", "\"10/h\", burst = 1_600_000"),
    ("rate_limit", "\"10/s\", shared, name = \"search\", lease = \"1s\""),
];

#[test]
fn what_is_just_enough_is_accepted() {
    for (name, arguments) in JUST_ENOUGH {
        let expansion = expanded(named(name).expect(name), arguments, FUNCTION);
        assert!(!is_rejected(&expansion), "{name}({arguments}): {expansion}");
    }
}

/// Attribute, arguments, and part of what is said of them on a function.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("circuit_breaker", "critical =", "`critical =` has no value"),
    ("circuit_breaker", "shared = false, name = \"a\"", "not shared unless it says so"),
    ("retry", "backoff = \"exponential\"", "write `exponential` without quotes"),
    ("retry", "backoff = \"quadratic\"", "one of the words"),
    ("retry", "attempts = \"three\"", "not a count"),
];

#[test]
fn mistakes_are_explained() {
    for (name, arguments, text) in MISTAKES {
        let expansion = expanded(named(name).expect(name), arguments, FUNCTION);
        assert!(expansion.contains(text), "{name}({arguments}): {expansion}");
    }
}

#[test]
fn without_a_comma_only_an_assignment_is_read_on() {
    let reader = named("retry").expect("an attribute");
    let said = |arguments: &str| expanded(reader, arguments, FUNCTION);
    let on = said("attempts = 3 delay = 5");
    assert!(on.contains("write a `,`") && on.contains("a duration has a unit"), "{on}");
    let skipped = said("attempts = 3 delay, max_delay = 5");
    assert!(skipped.contains("write a `,`") && skipped.contains("a duration has a unit"));
    assert!(!skipped.contains("`delay` needs a value"), "{skipped}");
}

#[test]
fn a_limit_that_ends_with_the_pauses_leaves_no_time_for_the_last_attempt() {
    let said = |limit: &str| {
        let item = format!("#[retry(attempts = 2, delay = \"1s\")] {FUNCTION}");
        expanded(named("timeout").expect("an attribute"), limit, &item)
    };
    assert!(said("\"1s\"").contains("ends before the pauses"));
    assert!(!is_rejected(&said("\"1001ms\"")));
    let four = format!("#[retry(attempts = 4, delay = \"1s\", backoff = fixed)] {FUNCTION}");
    let said = expanded(named("timeout").expect("an attribute"), "\"2s\"", &four);
    assert!(said.contains("3s in all: 2 of them can run"), "{said}");
}

#[test]
fn lists_of_methods_have_brackets_and_something_in_them() {
    let method = "async fn load(&self) -> Result<(), E> { self.get().await }";
    for (arguments, is_accepted) in
        [("only = [load]", true), ("only = (load)", false), ("only = []", false)]
    {
        let item = format!("impl Shop {{ {method} }}");
        let expansion = expanded(named("timeout").expect("an attribute"), arguments, &item);
        assert_eq!(!expansion.contains("takes a list of methods"), is_accepted, "{arguments}");
    }
    let nothing = expanded(named("timeout").expect("an attribute"), "", "impl Shop {}");
    assert!(nothing.contains("guards methods, and this `impl` block has none"), "{nothing}");
}
