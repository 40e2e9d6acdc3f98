//! What the compiler says to users of the attributes: `cargo x bless` rewrites the expected texts.
//!
//! The compiler is asked about each case, which takes minutes: `cargo x test` and CI do, a bare `cargo test` does not. What
//! the attributes themselves say is compared with the same texts by their own tests, in each run. Some cases alone:
//! `cargo test --package resilience-tests --test ui mistakes -- trybuild=fail/retry`.

#[test]
#[ignore = "takes minutes: `cargo x test`, or `cargo test --package resilience-tests --test ui -- --ignored`"]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("ui/fail/*/*.rs");
}

#[test]
#[ignore = "takes minutes: `cargo x test`, or `cargo test --package resilience-tests --test ui -- --ignored`"]
fn everything_reasonable_compiles() {
    trybuild::TestCases::new().pass("ui/pass/*/*.rs");
}

#[test]
fn mistakes_that_are_named_are_explained() {
    let has = |wanted: fn(&str) -> bool| std::env::args().any(|argument| wanted(&argument));
    let is_named = has(|argument| argument.starts_with("trybuild="));
    if is_named && !has(|argument| argument.ends_with("ignored")) {
        mistakes_are_explained();
    }
}
