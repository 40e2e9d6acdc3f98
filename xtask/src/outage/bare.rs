//! A copy of the examples without the attributes: cut out of the source, so that all else is the
//! same.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fs, io};

use proc_macro2::{Delimiter, LexError, TokenStream, TokenTree};

use super::PROGRAMS;
use crate::workspace::root;

const ATTRIBUTES: [&str; 9] = [
    "bulkhead",
    "circuit_breaker",
    "fallback",
    "health_check",
    "hedge",
    "rate_limit",
    "resilient",
    "retry",
    "timeout",
];

/// Writes a workspace of its own that holds the copy, and gives its root.
pub(super) fn write(folder: &Path) -> io::Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    copy(&root().join("examples/src"), &folder.join("examples/src"))?;
    let read = |name: &str| fs::read_to_string(root().join(name));
    fs::write(folder.join("Cargo.toml"), workspace(&read("Cargo.toml")?))?;
    fs::write(folder.join("Cargo.lock"), read("Cargo.lock")?)?;
    fs::write(folder.join("examples/Cargo.toml"), package(&read("examples/Cargo.toml")?))?;
    Ok(folder.to_owned())
}

/// The same versions and profiles; the examples are its only member.
fn workspace(manifest: &str) -> String {
    let line = |line: &str| match line.split_once(" = ") {
        Some(("members", _)) => "members = [\"examples\"]\n".to_owned(),
        Some(("default-members", _)) => String::new(),
        Some((name @ ("resilience" | "resilience-macros"), _)) => {
            format!("{name} = {{ path = '{}' }}\n", root().join(name).display())
        }
        _ => format!("{line}\n"),
    };
    manifest.lines().map(line).collect()
}

/// Without what only tests need, and without complaints: what the attributes used is unused now. Its
/// programs have names of their own, and overwrite no others.
fn package(manifest: &str) -> String {
    let kept = |section: &&str| {
        let head = section.lines().next().unwrap_or_default();
        !["dev-dependencies]", "lints]", "[bin]]", "lib]"].contains(&head)
    };
    let sections: Vec<&str> = manifest.split("\n[").filter(kept).collect();
    let package = sections.join("\n[").replace("default-run = \"storefront\"", "autobins = false");
    let bins = PROGRAMS.map(|program| {
        let path = format!("src/bin/{program}/main.rs");
        format!("\n[[bin]]\nname = \"{}\"\npath = \"{path}\"\n", name(program))
    });
    package + &bins.concat() + "\n[lints.rust]\nwarnings = \"allow\"\n"
}

/// What the program without attributes is called.
pub(super) fn name(program: &str) -> String {
    format!("bare_{program}")
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, copied) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&source, &copied)?;
        } else if source.extension().is_some_and(|extension| extension == "rs") {
            fs::write(copied, strip(&fs::read_to_string(source)?).map_err(io::Error::other)?)?;
        } else {
            fs::copy(source, copied)?;
        }
    }
    Ok(())
}

/// `source` without attributes of ours, without the statics that they declare, and with reqwest's own client.
fn strip(source: &str) -> Result<String, String> {
    let mut stripped = source.replace("resilience::reqwest::", "reqwest::");
    let mut cuts = Vec::new();
    find(stripped.parse().map_err(|error: LexError| error.to_string())?, &mut cuts);
    for cut in cuts.into_iter().rev() {
        stripped.replace_range(cut, "");
    }
    Ok(stripped)
}

/// What to cut, in the order of the source.
fn find(tokens: TokenStream, cuts: &mut Vec<Range<usize>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        if is_ours(&tokens[at..]) {
            let end = declaration(&tokens[at + 2..]).map_or(at + 1, |length| at + 1 + length);
            cuts.push(start(&tokens[at])..start(&tokens[end]) + length(&tokens[end]));
            at = end;
        } else if let TokenTree::Group(group) = &tokens[at] {
            find(group.stream(), cuts);
        }
        at += 1;
    }
}

fn start(token: &TokenTree) -> usize {
    token.span().byte_range().start
}

fn length(token: &TokenTree) -> usize {
    token.span().byte_range().len()
}

/// Whether `#[one_of_ours…]` comes next.
fn is_ours(tokens: &[TokenTree]) -> bool {
    let [TokenTree::Punct(hash), TokenTree::Group(group), ..] = tokens else { return false };
    let name = group.stream().into_iter().next().map(|name| name.to_string());
    hash.as_char() == '#'
        && group.delimiter() == Delimiter::Bracket
        && name.is_some_and(|name| ATTRIBUTES.contains(&name.as_str()))
}

/// How many tokens a static without a value has, its semicolon included, if that comes next.
fn declaration(tokens: &[TokenTree]) -> Option<usize> {
    let semicolon = tokens.iter().position(|token| is(token, ';'))?;
    let head = &tokens[..semicolon];
    let is_static = head.iter().take(3).any(|token| token.to_string() == "static");
    let has_body = head.iter().any(|token| is(token, '=') || token.to_string() == "fn");
    (is_static && !has_body).then_some(semicolon + 1)
}

fn is(token: &TokenTree, punctuation: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == punctuation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_ours_go_wherever_they_stand_and_nothing_else() {
        let source = "/// #[retry]\n#[derive(Debug)]\nmod m { #[retry(attempts = 3)]\n #[inline] \
                      #[timeout(\"1s\")] async fn f() { \"#[retry]\"; } }";
        let stripped = strip(source).unwrap();
        assert_eq!(
            stripped,
            "/// #[retry]\n#[derive(Debug)]\nmod m { \n #[inline]  async fn f() { \"#[retry]\"; } }"
        );
    }

    #[test]
    fn a_declared_policy_goes_with_its_attribute() {
        let source =
            "#[bulkhead(max_concurrent = 1)]\npub(crate) static ONE: Bulkhead;\nstatic N: u8 = 1;";
        assert_eq!(strip(source).unwrap(), "\nstatic N: u8 = 1;");
    }

    #[test]
    fn the_guarded_client_is_reqwests_own() {
        let stripped = strip("let http = resilience::reqwest::Client::new();").unwrap();
        assert_eq!(stripped, "let http = reqwest::Client::new();");
    }

    #[test]
    fn a_function_before_a_static_stays() {
        let source = "#[retry] fn f() {} static N: u8 = 1;";
        assert_eq!(strip(source).unwrap(), " fn f() {} static N: u8 = 1;");
    }

    #[test]
    fn the_copy_has_the_same_dependencies_but_those_of_tests() {
        let manifest = "[package]\nname = \"x\"\n\n[dependencies]\na = \"1\"\n\n\
                        [dev-dependencies]\nb = \"1\"\n\n[lints]\nworkspace = true\n";
        let package = package(manifest);
        assert!(package.contains("a = \"1\"") && !package.contains("b = "), "{package}");
        assert!(!package.contains("workspace"), "{package}");
        assert!(package.contains("name = \"bare_http_client\""), "{package}");
    }
}
