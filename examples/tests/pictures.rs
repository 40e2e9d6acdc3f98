//! Runs the one-line HTTP client's example, and reads what it prints.

mod common;

use common::run;

#[test]
fn pictures_are_found_and_a_host_that_is_gone_is_left_alone() {
    let text = run(env!("CARGO_BIN_EXE_pictures"), &["--calls", "30"]);
    assert!(text.contains("well     10 of 10 pictures"), "{text}");
    assert!(text.contains("outage   0 of 30 pictures"), "{text}");
    assert!(text.contains("circuit open"), "{text}");
}
