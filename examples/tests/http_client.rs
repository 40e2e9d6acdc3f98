//! Runs the HTTP client's example, and reads what it prints.

mod common;

use common::run;

/// The figure before ` what` in the line that begins with `label`.
fn figure(text: &str, label: &str, what: &str) -> u32 {
    let line = text.lines().find(|line| line.starts_with(label)).unwrap();
    let (before, _) = line.split_once(&format!(" {what}")).unwrap();
    before.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn every_order_is_done_once_and_an_open_circuit_is_left_alone() {
    let text = run(env!("CARGO_BIN_EXE_http_client"), &["--calls", "6"]);
    for good in ["flaky", "busy", "lost", "cut"] {
        assert!(text.contains(&format!("ok: receipt for {good} in attempt")), "{text}");
    }
    for (label, least) in [("flaky", 3), ("busy", 2), ("lost", 2), ("cut", 2)] {
        assert!(figure(&text, label, "requests") >= least, "{text}");
    }
    assert_eq!(figure(&text, "wrong", "requests"), 1, "{text}");
    assert!(text.contains("error: the server says 422"), "{text}");
    assert!(figure(&text, "busy", "ms,") >= 1000, "as long as Retry-After asked for: {text}");
    // Eight failures in a row open the circuit; one more attempt may be under way at that moment: the outbox's.
    assert!(figure(&text, "outage", "requests") <= 9, "{text}");
    assert_eq!(figure(&text, "outage", "orders kept"), 6, "{text}");
    assert_eq!(figure(&text, "after", "orders wait"), 0, "{text}");
    assert!(text.contains("orders done: 11, done twice: 0"), "{text}");
    assert!(text.contains("left running at the server: 0"), "{text}");
}
