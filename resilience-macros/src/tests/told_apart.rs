//! Default names of policies of one kind on one function.

use super::{FUNCTION, expanded, is_rejected};
use crate::policies::timeout;

/// What the instances of a function below `#[timeout]` are called, outermost first, without the function's own name.
fn names(below: &str) -> Vec<String> {
    let expansion = expanded(&timeout::READER, "", &format!("{below} {FUNCTION}"));
    assert!(!is_rejected(&expansion), "{expansion}");
    let begin = "default (:: core :: concat ! (:: core :: module_path ! () , \"::charge";
    let names = expansion.split(begin).skip(1);
    names.map(|rest| rest.split('"').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_limit_on_the_call_from_one_on_the_attempt() {
    assert_eq!(names(""), [""]);
    assert_eq!(names("#[retry] #[timeout(\"2s\")]"), [".timeout", "", ".attempt_timeout"]);
    assert_eq!(names("#[bulkhead] #[timeout(\"2s\")]"), [".outer", "", ".inner"]);
}

#[test]
fn others_by_their_place() {
    let third = names("#[bulkhead] #[timeout(\"9s\")] #[retry] #[timeout(\"2s\")]");
    assert_eq!(third, [".outer", "", ".inner", "", ".third"]);
    let fallbacks =
        names("#[retry] #[fallback(Ok(0), inner)] #[bulkhead] #[fallback(Ok(1), inner)]");
    assert_eq!(fallbacks, ["", "", ".outer", "", ".inner"]);
}

#[test]
fn what_has_a_name_already_is_left_alone() {
    assert_eq!(names("#[bulkhead] #[timeout(\"2s\", name = \"t\")]"), ["", ""]);
    assert_eq!(names("#[timeout(SHARED)] #[bulkhead]"), ["", ""]);
    assert_eq!(names("#[resilient(timeout(\"2s\"))]"), ["", ".timeout", ".circuit_breaker", ""]);
}
