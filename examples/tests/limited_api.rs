//! Runs the limited API's example, and reads its table.

mod common;

use common::run;

/// `passed`, `rejected`, `retry-after`, `remaining`.
fn row<'a>(text: &'a str, caller: &str, route: &str) -> [&'a str; 4] {
    let matches = |line: &&str| line.starts_with(caller) && line.contains(route);
    let line = text.lines().find(matches).unwrap_or_else(|| panic!("no row in\n{text}"));
    let (_, figures) = line.split_once(route).unwrap();
    figures.split_whitespace().collect::<Vec<_>>().try_into().unwrap()
}

/// The hour of the limits is far longer than any run.
#[test]
fn users_are_limited_one_by_one_and_together() {
    let text = run(env!("CARGO_BIN_EXE_limited_api"), &["--requests", "7"]);
    for (user, route) in [("alice", "/quotes"), ("bob", "/reports/daily")] {
        let route = if route == "/quotes" { "/quotes/ACME" } else { route };
        let [passed, rejected, wait, left] = row(&text, user, route);
        assert_eq!([passed, rejected, left], ["5", "2", "0"], "{text}");
        assert!((1..=720).contains(&wait.parse().unwrap()), "{text}");
    }
    let [passed, rejected, ..] = row(&text, "alice", "/reports/weekly");
    assert_eq!([passed, rejected], ["0", "7"], "one limit for both forms: {text}");
    let [passed, rejected, wait, left] = row(&text, "30 users", "/quotes/ACME");
    assert_eq!([passed, rejected], ["10", "20"], "{text}");
    assert!((1..=36).contains(&wait.parse().unwrap()), "{text}");
    assert_eq!(left, "4", "what everybody's limit rejects was taken from the user's own: {text}");
}
