//! What guarding the programs took, in lines: `README.md` has the table, and this holds it to the source.
//!
//! `UPDATE_TABLE=1 cargo test --package caller-programs --test lines` rewrites it.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use similar::{ChangeTag, TextDiff};

const PROGRAMS: [&str; 4] = ["mini_redis", "openai", "todos", "route_guide"];

/// The attributes, as the first word of one begins.
const ATTRIBUTES: [&str; 8] = [
    "#[bulkhead",
    "#[circuit_breaker",
    "#[fallback",
    "#[hedge",
    "#[rate_limit",
    "#[resilient",
    "#[retry",
    "#[timeout",
];

#[derive(Default)]
struct Lines {
    before: usize,
    after: usize,
    attributes: usize,
    guarded: usize,
    shared: usize,
    classify: usize,
    imports: usize,
    others: usize,
    removed: usize,
}

fn source(program: &str, version: &str) -> String {
    let path = root().join(format!("src/{program}/{version}.rs"));
    let text = fs::read_to_string(path).unwrap();
    // What a version is called says nothing about what it does.
    text.split_inclusive('\n').filter(|line| !line.starts_with("//!")).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn is_ours(line: &str) -> bool {
    ATTRIBUTES.iter().any(|attribute| line.trim_start().starts_with(attribute))
}

fn count(program: &str) -> Lines {
    let [bare, guarded] = ["bare", "guarded"].map(|version| source(program, version));
    let mut lines = Lines {
        before: bare.lines().count(),
        after: guarded.lines().count(),
        guarded: functions_guarded(&guarded),
        ..Lines::default()
    };
    let classify = classify(&guarded);
    for change in TextDiff::from_lines(&bare, &guarded).iter_all_changes() {
        let line = change.value().trim_end();
        match change.tag() {
            ChangeTag::Equal => {}
            ChangeTag::Delete => lines.removed += usize::from(!line.is_empty()),
            ChangeTag::Insert => {
                let is_classify = change.new_index().is_some_and(|at| classify.contains(&at));
                *lines.kind(line, is_classify) += usize::from(!line.is_empty());
            }
        }
    }
    // A shared policy is an attribute and a static.
    lines.attributes -= lines.shared;
    lines.shared *= 2;
    lines
}

/// Where the implementation of `Classify` stands.
fn classify(source: &str) -> Range<usize> {
    let lines: Vec<&str> = source.lines().collect();
    let start = lines.iter().position(|line| line.starts_with("impl Classify"));
    let end = |start: usize| lines[start..].iter().position(|line| *line == "}").unwrap();
    start.map_or(0..0, |start| start..start + end(start) + 1)
}

impl Lines {
    fn kind(&mut self, line: &str, is_classify: bool) -> &mut usize {
        match line {
            _ if is_classify => &mut self.classify,
            line if is_ours(line) => &mut self.attributes,
            line if line.starts_with("static ") => &mut self.shared,
            line if line.starts_with("use resilience::") => &mut self.imports,
            _ => &mut self.others,
        }
    }

    fn row(&self, program: &str) -> String {
        let Self { before, after, guarded, attributes, shared, classify, imports, others, removed } =
            self;
        format!(
            "| {program} | {before} | {after} | {guarded} | {attributes} | {shared} | {classify} | {imports} | {others} | {removed} |\n"
        )
    }
}

/// A block guards each of its methods that may be guarded.
fn functions_guarded(source: &str) -> usize {
    let lines: Vec<&str> = source.lines().collect();
    let guarded = |(at, line): (usize, &&str)| {
        if !is_ours(line) {
            return 0;
        }
        let item = lines[at + 1..].iter().position(|line| !line.trim_start().starts_with("#["));
        let item = at + 1 + item.unwrap();
        match lines[item] {
            line if line.starts_with("static ") => 0,
            line if line.starts_with("impl ") => {
                let block = lines[item..].iter().take_while(|line| **line != "}");
                block.filter(|line| line.contains("async fn ")).count()
            }
            _ => 1,
        }
    };
    lines.iter().enumerate().map(guarded).sum()
}

fn table() -> String {
    let head = "| program | before | after | functions guarded | attributes | shared policies | `impl Classify` | imports | others | removed |\n|---|---|---|---|---|---|---|---|---|---|\n";
    head.to_owned() + &PROGRAMS.map(|program| count(program).row(program)).concat()
}

/// The functions of a version, each with its signature's first line.
fn functions(source: &str) -> BTreeSet<&str> {
    source.lines().map(str::trim).filter(|line| line.contains("fn ")).collect()
}

#[test]
fn a_guarded_function_takes_one_line_and_no_function_around_it() {
    for program in PROGRAMS {
        let Lines { guarded, attributes, .. } = count(program);
        assert!(0 < attributes && attributes <= guarded, "{program}: {attributes} for {guarded}");
        let [bare, guarded] = ["bare", "guarded"].map(|version| source(program, version));
        let added: Vec<_> = functions(&guarded).difference(&functions(&bare)).copied().collect();
        let classify = ["fn class(", "fn retry_after(", "fn rejection("];
        let is_classify = |line: &&str| classify.iter().any(|start| line.starts_with(start));
        assert!(added.iter().all(is_classify), "{program}: {added:?}");
    }
}

#[test]
fn the_table_says_what_the_source_says() {
    let path: PathBuf = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (start, rest) = readme.split_once("| program |").unwrap();
    let end = rest.find("\n\n").map_or("", |end| &rest[end + 1..]);
    let now = format!("{start}{}{end}", table());
    if std::env::var_os("UPDATE_TABLE").is_some() {
        return fs::write(&path, &now).unwrap();
    }
    assert_eq!(readme, now, "`UPDATE_TABLE=1 cargo test -p caller-programs --test lines`");
}
