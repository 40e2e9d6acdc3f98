//! A committed list of every guarded function and its policies, which a test compares with the program.
//!
//! - `text`: the list as it is written.
//! - `options`: what differs from a policy's defaults.
//! - `difference`: two lists compared.

mod difference;
mod options;
mod text;

use std::path::Path;
use std::{env, fs};

use crate::functions;

/// Rewrites the list.
const UPDATE: &str = "UPDATE_POLICIES";

/// Compares the guarded functions of the program with a list in a file, and panics if anything differs.
///
/// The path is relative to the package's own folder. `UPDATE_POLICIES=1 cargo test` writes the list; commit it, and a
/// review shows what a change does to timeouts, attempts and limits:
///
/// ```toml
/// [[function]]
/// name = "shop::charge"
/// file = "src/shop.rs"
/// worst_case = "30s"
/// attempts_at_most = 3
/// layers = [
///     { kind = "timeout", policy = "shop::charge.timeout" },
///     { kind = "retry", policy = "shop::charge" },
///     { kind = "circuit_breaker", policy = "payments", shared = true, failure_rate = 0.25 },
///     { kind = "timeout", policy = "shop::charge.attempt_timeout", after = "2s" },
/// ]
/// ```
///
/// It lists every [function](crate::Registry::functions) that is linked into the test, by name: its file, its
/// [worst case](crate::functions::Function::worst_case), how often its body runs at most, and its policies, outermost
/// first, each with the options that differ from the defaults. Options that are code (predicates, hooks, fallback
/// expressions) are left out, and so is whatever changes while the program runs: it shows what is declared.
///
/// ```no_run
/// #[test]
/// # fn hidden() {}
/// fn policies_are_as_reviewed() {
///     resilience::assert_manifest!("policies.toml");
/// }
/// ```
///
/// # Panics
/// When the list differs, with the lines that do; when there is none, or it can't be read or written.
#[macro_export]
macro_rules! assert_manifest {
    ($path:expr $(,)?) => {
        $crate::manifest::assert(::core::env!("CARGO_MANIFEST_DIR"), $path)
    };
}

/// The list as it should be, for tools of one's own.
///
/// ```
/// assert!(resilience::manifest::text().starts_with("# "));
/// ```
#[must_use]
pub fn text() -> String {
    text::of(functions::all())
}

/// What [`assert_manifest!`] calls.
///
/// # Panics
/// When the list differs, or cannot be read or written.
#[doc(hidden)]
#[track_caller]
pub fn assert(folder: &str, path: impl AsRef<Path>) {
    let path = Path::new(folder).join(path);
    let is_update = env::var_os(UPDATE).is_some_and(|value| !value.is_empty() && value != "0");
    let outcome = if is_update {
        fs::write(&path, text())
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))
    } else {
        compare(&path)
    };
    if let Err(text) = outcome {
        panic!("{text}");
    }
}

/// Compares a list that was committed.
///
/// # Errors
/// What is to be said about it.
#[doc(hidden)]
pub fn compare(path: &Path) -> Result<(), String> {
    let (shown, now) = (path.display(), text());
    let committed = fs::read_to_string(path).map_err(|error| format!(
        "{shown} cannot be read: {error}\nif there is none yet, run the test with {UPDATE}=1, which writes it, and commit \
         it"
    ))?;
    let committed = committed.replace("\r\n", "\n");
    if committed == now {
        return Ok(());
    }
    Err(format!(
        "the policies differ from {shown} (`-` as committed, `+` as declared now):\n\n{}\nif that is meant, run the test \
         with {UPDATE}=1, and commit what it writes",
        difference::of(&committed, &now)
    ))
}

#[cfg(test)]
mod tests;
