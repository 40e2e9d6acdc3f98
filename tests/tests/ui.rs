//! What the compiler says to users of the attributes: `cargo x bless` rewrites the expected texts.

#[test]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("ui/fail/*/*.rs");
}

#[test]
fn everything_reasonable_compiles() {
    trybuild::TestCases::new().pass("ui/pass/*/*.rs");
}

/// Symbols exist only once code is generated: a case that passes makes trybuild build where it would merely check.
#[test]
fn equal_names_do_not_build() {
    let cases = trybuild::TestCases::new();
    cases.pass("ui/pass/options/names.rs");
    cases.compile_fail("ui/fail/names/at_build_time/*.rs");
}
