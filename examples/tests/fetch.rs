//! Runs the blocking command line tool, and reads what it prints.

mod common;

use std::net::{Ipv4Addr, TcpListener};

use common::{output, run};

const FETCH: &str = env!("CARGO_BIN_EXE_fetch");

/// What it says below each URL.
fn sections(text: &str) -> Vec<&str> {
    text.split("http://").skip(1).collect()
}

#[test]
fn alone_it_shows_retries_and_an_open_circuit() {
    let text = run(FETCH, &[]);
    let [steady, shaky, missing, first, second, third, other] = sections(&text)[..] else {
        panic!("{text}")
    };
    assert!(steady.contains("status 200") && !steady.contains("attempt"), "{text}");
    assert!(shaky.contains("attempt 2 failed") && shaky.contains("status 200"), "{text}");
    assert!(missing.contains("status 404") && !missing.contains("attempt"), "{text}");
    assert!(first.contains("attempt 3 failed") && first.contains("refused"), "{text}");
    assert!(second.contains("attempt 2 failed") && second.contains("circuit open"), "{text}");
    assert!(third.contains("circuit open") && !third.contains("attempt"), "{text}");
    assert!(other.contains("status 200"), "{text}");
}

#[test]
fn with_urls_it_fails_when_one_of_them_does() {
    let unlistened = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let output = output(FETCH, &[&format!("http://{unlistened}/"), "ftp://localhost/"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("attempt 3 failed") && text.contains("only http:// URLs"), "{text}");
}

#[test]
fn help_is_no_error() {
    assert!(run(FETCH, &["--help"]).contains("usage: fetch"));
}
