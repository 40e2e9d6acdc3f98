//! What the values of options become, and how arguments that they name are kept for the call.

use super::{expanded, is_rejected};
use crate::policies::named;

const FUNCTION: &str = "async fn charge(code: Code, id: u64) -> Result<(), E> { pay(id).await }";

fn written(name: &str, arguments: &str, item: &str) -> String {
    let expansion = expanded(named(name).expect(name), arguments, item);
    assert!(!is_rejected(&expansion), "{expansion}");
    expansion.replace(":: resilience :: __private :: ", "").replace(' ', "")
}

/// Attribute, arguments, and what stands in the expansion.
const VALUES: &[(&str, &str, &str)] = &[
    ("bulkhead", "adaptive, tolerance = 1.5", ".tolerance(1.5)"),
    ("bulkhead", "adaptive, window = \"50ms\"", ".window(Duration::from_millis(50))"),
    ("bulkhead", "adaptive, min_samples = 20", ".min_samples(20)"),
    ("bulkhead", "shares = [0.1, 0.2, 0.5, 1.0]", ".shares([0.1,0.2,0.5,1.0])"),
    ("retry", "factor = 2.5, jitter = none", ".factor(2.5).jitter(Jitter::None)"),
    ("circuit_breaker", "window = CALLS", ".window(WindowOf(CALLS).get())"),
    ("circuit_breaker", "shared, name = \"a\"", ".shared(shared!(0.5))"),
    (
        "circuit_breaker",
        "shared(quorum = SHARE), name = \"a\"",
        ".shared(shared!(check::ratio(SHARE)))",
    ),
    ("rate_limit", "\"1/s\", shared, name = \"a\"", ".shared(shared!(true))"),
    ("rate_limit", "\"1/s\", shared = FLEET, name = \"a\"", ".shared(shared!(FLEET))"),
    (
        "rate_limit",
        "\"1/s\", shared, lease = \"50ms\", name = \"a\"",
        ".lease(Duration::from_millis(50))",
    ),
    (
        "timeout",
        "after = Duration::from_secs(LIMIT)",
        ".after(check::positive(Duration::from_secs(LIMIT)))",
    ),
    ("timeout", "shared(id)", "=&shared(id);"),
    ("retry", "config = presets::SLOW", ",presets::SLOW)"),
    ("resilient", "when_err = outer", ".when_err(outer)"),
    ("fallback", "Ok(())", "&(&__RESILIENCE_FALLBACK,())"),
    ("fallback", "cached(id).await", "<Fallback>::open_ended("),
];

#[test]
fn values_become_calls_of_setters() {
    for (name, arguments, wanted) in VALUES {
        let expansion = written(name, arguments, FUNCTION);
        assert!(expansion.contains(wanted), "{name}({arguments}): {expansion}");
    }
}

#[test]
fn a_part_of_a_pipeline_may_have_a_predicate_of_its_own() {
    let expansion =
        written("resilient", "circuit_breaker(when_err = own), when_err = outer", FUNCTION);
    assert!(expansion.contains(".when_err(own)") && !expansion.contains("outer"), "{expansion}");
}

#[test]
fn a_fallback_that_surely_succeeds_keeps_no_error() {
    let may_fail = |answer: &str| written("fallback", answer, FUNCTION).contains("_last(");
    for success in ["Ok(())", "(Ok(()))", "{ note(); Ok(()) }", "|_| { Result::Ok(()) }"] {
        assert!(!may_fail(success), "{success}");
    }
    for other in [
        "cached(id)",
        "Ok(cached(id)?)",
        "{ ensure!(id > 0); Ok(()) }",
        "{ if id > 0 { return Err(E); } Ok(()) }",
        "if id > 0 { Ok(()) } else { Err(E) }",
    ] {
        assert!(may_fail(other), "{other}");
    }
}

#[test]
fn an_argument_that_only_an_option_names_is_used() {
    for (name, arguments) in [("bulkhead", "priority = code"), ("timeout", "after = code.limit()")]
    {
        let expansion = written(name, arguments, FUNCTION);
        assert!(!expansion.contains("letcode=&()"), "{expansion}");
    }
    assert!(written("timeout", "after = LIMIT", FUNCTION).contains("letcode=&()"));
}

/// Policies, and what in them looks at an argument during the call.
const BORROWING: &[(&str, &str)] = &[
    ("circuit_breaker", "when_err = |error| error.is(&code)"),
    ("bulkhead", "adaptive, overload_err = |error| error.is(&code)"),
    ("hedge", "when_err = |error| error.is(&code)"),
    ("retry", "SHARED, when_err = |error| error.is(&code)"),
    ("retry", "SHARED, retry_after = |error| error.wait(&code)"),
    ("fallback", "cached(&code), inner"),
    ("resilient", "SHARED, when_err = |error| error.is(&code)"),
];

#[test]
fn an_argument_that_an_option_borrows_stays_where_it_is() {
    let consuming = "async fn charge(code: Code) -> Result<(), E> { pay(code).await }";
    let is_bound_again = |name: &str, arguments: &str| {
        written(name, arguments, &format!("#[retry] {consuming}")).contains("letcode=code;")
    };
    assert!(is_bound_again("bulkhead", "") && is_bound_again("retry", "SHARED"));
    for (name, arguments) in BORROWING {
        assert!(!is_bound_again(name, arguments), "{name}({arguments})");
    }
    assert!(written("retry", "SHARED", consuming).contains("letcode=code;"));
    assert!(!written("retry", "", consuming).contains("letcode=code;"));
}

#[test]
fn a_fallback_that_is_meant_to_hide_errors_may_stand_inside() {
    let inside = |arguments: &str| {
        let item = format!("#[fallback({arguments})] {FUNCTION}");
        expanded(named("retry").expect("an attribute"), "", &item)
    };
    assert!(is_rejected(&inside("Ok(())")));
    assert!(is_rejected(&inside("Ok(()), inner = false")));
    assert!(!is_rejected(&inside("Ok(()), inner")));
}

#[test]
fn a_limit_around_attempts_is_one_on_their_steps_where_the_body_has_a_place() {
    let is_on_steps = |argument: &str| {
        let item =
            format!("#[retry] async fn charge({argument}) -> Result<(), E> {{ pay(code).await }}");
        written("timeout", "\"9s\"", &item).contains("=pin!(total(")
    };
    assert!(is_on_steps("code: Code"));
    assert!(!is_on_steps("code: u64"));
}
