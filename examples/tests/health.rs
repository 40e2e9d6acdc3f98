//! Runs the health example, and holds the Kubernetes manifests against what it serves.

mod common;

use common::run;

const MANIFEST: &str = include_str!("../kubernetes/service.yaml");

/// Status and body of `GET path`, in the part of the text that begins with `title`.
fn answer<'a>(text: &'a str, title: &str, path: &str) -> (&'a str, &'a str) {
    let (_, part) = text.split_once(title).unwrap_or_else(|| panic!("no `{title}` in\n{text}"));
    let matches = |line: &&str| line.split_whitespace().nth(1) == Some(path);
    let line = part.lines().find(matches).unwrap_or_else(|| panic!("no `{path}` in\n{text}"));
    let (_, rest) = line.split_once(path).unwrap();
    rest.trim_start().split_once("  ").unwrap()
}

#[test]
fn a_cache_degrades_and_a_database_takes_down() {
    let text = run(env!("CARGO_BIN_EXE_health"), &["--rounds", "4"]);
    let status = |title, path| answer(&text, title, path).0;
    let body = |title| answer(&text, title, "/health").1;
    assert!(body("all is well").contains(r#""status":"up""#), "{text}");
    assert!(body("the cache is gone").contains(r#""status":"degraded""#), "{text}");
    assert_eq!(status("the cache is gone", "/health/ready"), "200");
    assert!(body("holds the database's lock").contains(r#""status":"down""#), "{text}");
    assert!(body("holds the database's lock").contains("database is locked"), "{text}");
    assert_eq!(status("holds the database's lock", "/health/ready"), "503");
    assert_eq!(status("holds the database's lock", "/health/live"), "200");
    let (_, by_hand) = text.split_once("by hand:").unwrap();
    assert_eq!(by_hand.matches("cache unhealthy ").count(), 3, "{text}");
    assert_eq!(by_hand.matches("cache circuit_open ").count(), 1, "{text}");
    assert_eq!(by_hand.matches("database healthy").count(), 4, "{text}");
}

#[test]
fn the_manifests_ask_routes_that_exist() {
    let text = run(env!("CARGO_BIN_EXE_health"), &[]);
    let mut paths = MANIFEST.split("httpGet: {path: ").skip(1).map(|rest| rest.split(',').next());
    assert_eq!(paths.clone().count(), 3);
    assert!(paths.all(|path| answer(&text, "all is well", path.unwrap()).0 == "200"), "{text}");
}
