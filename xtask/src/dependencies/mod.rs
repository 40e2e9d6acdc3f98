//! `cargo x dependencies`: what the crate brings into a program, as Markdown for `docs/dependencies.md`: crates and build
//! time for each feature, and bytes for a guarded function.

mod program;

use std::collections::BTreeSet;
use std::fs;
use std::process::ExitCode;

use program::{Attributes, Problem, Program};

use crate::workspace;

/// How many functions tell what each further one takes.
const FUNCTIONS: usize = 101;

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let is_quick = arguments == ["--count"];
    if !is_quick && !arguments.is_empty() {
        eprintln!("usage: cargo x dependencies [--count]");
        return ExitCode::from(2);
    }
    let result = Program::create().and_then(|program| {
        features(&program)?;
        if is_quick {
            return Ok(());
        }
        times(&program)?;
        sizes(&program)
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("cargo x dependencies: {why}");
            ExitCode::FAILURE
        }
    }
}

/// A row for no feature, for each alone, and for all.
fn features(program: &Program) -> Result<(), Problem> {
    println!("| feature | crates | more than without |\n|---|--:|--:|");
    let names = features_of(&manifest("resilience")?);
    let none = count(program, "none", "", 0)?;
    for name in &names {
        count(program, &format!("`{name}`"), name, none)?;
    }
    count(program, "all", &names.join(","), none)?;
    Ok(())
}

fn count(program: &Program, name: &str, features: &str, none: usize) -> Result<usize, Problem> {
    program.write(Attributes::Six, 1, features)?;
    let crates = program.crates()?.len();
    let more = if none == 0 { "–".to_owned() } else { (crates - none).to_string() };
    println!("| {name} | {crates} | {more} |");
    Ok(crates)
}

/// What a first build takes: without the crate, with it, with each feature alone, and with all.
fn times(program: &Program) -> Result<(), Problem> {
    println!("\n| first build of | CPU seconds | seconds |\n|---|--:|--:|");
    time(program, Attributes::None, "", Attributes::None.description())?;
    time(program, Attributes::Six, "", Attributes::Six.description())?;
    let names = features_of(&manifest("resilience")?);
    for name in &names {
        time(program, Attributes::Six, name, &format!("the same with `{name}`"))?;
    }
    time(program, Attributes::Six, &names.join(","), "the same with all")
}

fn time(
    program: &Program,
    attributes: Attributes,
    features: &str,
    name: &str,
) -> Result<(), Problem> {
    program.write(attributes, 1, features)?;
    println!("| {name} | {} |", program.build_anew()?);
    Ok(())
}

/// What a function takes in a stripped release build, unguarded and guarded.
fn sizes(program: &Program) -> Result<(), Problem> {
    println!("\n| program, release and stripped | bytes, 1 function | bytes, each further one |");
    println!("|---|--:|--:|");
    for attributes in [Attributes::None, Attributes::Six] {
        let [one, many] = [1, FUNCTIONS].map(|functions| {
            program.write(attributes, functions, "")?;
            program.size()
        });
        let (one, many) = (one?, many?);
        let each = many.saturating_sub(one) / (FUNCTIONS as u64 - 1);
        println!("| {} | {one} | {each} |", attributes.description());
    }
    Ok(())
}

fn manifest(package: &str) -> Result<String, Problem> {
    let path = workspace::root().join(package).join("Cargo.toml");
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// The features of a manifest, in its order, but `default`.
fn features_of(manifest: &str) -> Vec<String> {
    let section = section(manifest, "[features]");
    let names = section.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    names.filter(|name| *name != "default" && !name.starts_with('#')).map(str::to_owned).collect()
}

/// The lines below a heading, up to the next one.
fn section<'a>(manifest: &'a str, heading: &str) -> impl Iterator<Item = &'a str> {
    let below = manifest.lines().skip_while(move |line| *line != heading).skip(1);
    below.take_while(|line| !line.starts_with('['))
}

/// What a package names in its dependencies, of ours aside.
#[cfg_attr(not(test), expect(dead_code, reason = "a test holds the page to it"))]
fn dependencies_of(manifest: &str) -> BTreeSet<&str> {
    let headings = manifest.lines().filter(|line| line.ends_with("dependencies]"));
    let headings = headings.filter(|line| !line.contains("dev-"));
    let lines = headings.flat_map(|heading| section(manifest, heading));
    let names = lines.filter_map(|line| line.split(['.', ' ']).next());
    names.filter(|name| !name.is_empty() && *name != "#" && *name != "resilience-macros").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_and_dependencies_are_found() {
        let manifest = "[features]\ndefault = []\n# Words.\nserde = [\"dep:serde\"]\n\n[dependencies]\n# Why.\n\
                        resilience-macros.workspace = true\nserde = { workspace = true }\n\n[target.'x'.dependencies]\n\
                        quanta.workspace = true\n\n[dev-dependencies]\nproptest = \"1\"\n";
        assert_eq!(features_of(manifest), ["serde"]);
        assert_eq!(dependencies_of(manifest), BTreeSet::from(["serde", "quanta"]));
    }

    #[test]
    fn the_page_says_why_each_dependency_and_feature_is_there() {
        let page = fs::read_to_string(workspace::root().join("docs/dependencies.md")).unwrap();
        let is_missing = |name: &&str| !page.contains(&format!("`{name}`"));
        for package in ["resilience", "resilience-macros"] {
            let manifest = manifest(package).unwrap();
            let missing: Vec<_> =
                dependencies_of(&manifest).into_iter().filter(is_missing).collect();
            assert!(missing.is_empty(), "dependencies of {package}: {missing:?}");
        }
        let features = features_of(&manifest("resilience").unwrap());
        assert!(
            features.iter().all(|name| page.contains(&format!("| `{name}` |"))),
            "{features:?}"
        );
    }
}
