//! The list as TOML: a block per function, a line per policy.

use serde_json::Value as Json;

use super::options;
use crate::functions::{Function, Reading, Resolved};
use crate::grammar::written;
use crate::kind::PolicyKind;

const HEAD: &str = "# Every guarded function and its policies, outermost first, with the options that aren't defaults.\n\
                    # A test compares it with the program; UPDATE_POLICIES=1 rewrites it.\n";

/// The functions in the order in which they are given.
pub(super) fn of(functions: impl IntoIterator<Item = Function>) -> String {
    let blocks = functions.into_iter().map(block);
    std::iter::once(HEAD.to_owned()).chain(blocks).collect()
}

fn block(function: Function) -> String {
    let worst_case = function.time_at_most(Reading::Declared);
    let worst_case = worst_case.map_or_else(|| "unbounded".into(), |time| format!("{time:?}"));
    let attempts = match function.runs_at_most(Reading::Declared) {
        u32::MAX => quoted("unknown"),
        attempts => attempts.to_string(),
    };
    let layers: String = function.resolved().map(layer).collect();
    let (name, file) = (quoted(&function.name()), quoted(&portable(function.file())));
    let worst_case = quoted(&worst_case);
    format!(
        "\n[[function]]\nname = {name}\nfile = {file}\nworst_case = {worst_case}\nattempts_at_most = {attempts}\n\
         layers = [\n{layers}]\n"
    )
}

/// `    { kind = "timeout", policy = "shop::charge", after = "2s" },`
fn layer(layer: Resolved) -> String {
    let kind = match layer.kind {
        PolicyKind::Pipeline => "resilient",
        kind => kind.as_str(),
    };
    let mut entries = vec![format!("kind = {}", quoted(kind))];
    // As written: what tells default names apart may be a line.
    let name = layer.policy.map(|policy| policy.identity().written());
    entries.extend(name.map(|name| format!("policy = {}", quoted(name))));
    entries.extend(layer.shared.then(|| "shared = true".to_owned()));
    let options = options::of(&layer).into_iter();
    entries
        .extend(options.map(|(option, value)| format!("{} = {}", key(&option), written(&value))));
    format!("    {{ {} }},\n", entries.join(", "))
}

/// An option's word, but where an entry has another meaning for it: `shared` is an instance of several functions.
fn key(option: &str) -> &str {
    if option == "shared" { "shared_by_fleet" } else { option }
}

/// What JSON escapes, TOML escapes alike.
pub(super) fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

/// The same on every machine: a dependency's file begins with the name of its package's folder.
pub(super) fn portable(file: &str) -> String {
    let file = file.replace('\\', "/");
    let is_absolute = file.starts_with('/') || file.get(1..3) == Some(":/");
    match file.rfind("/src/").filter(|_| is_absolute) {
        Some(at) => {
            let package = file[..at].rfind('/').map_or(0, |slash| slash + 1);
            file[package..].to_owned()
        }
        None => file,
    }
}
