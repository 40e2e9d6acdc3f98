//! What the compiler says to users of the attributes: `cargo x bless` rewrites the expected texts.

#[test]
fn mistakes_are_explained() {
    trybuild::TestCases::new().compile_fail("ui/fail/*/*.rs");
}

#[test]
fn everything_reasonable_compiles() {
    trybuild::TestCases::new().pass("ui/pass/*/*.rs");
}
