//! Collects every mistake of one expansion, so that the user sees them all at once, each at its own token.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::Error;

/// The mistakes found so far.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics(Vec<Error>);

impl Diagnostics {
    /// A mistake that spans `tokens`.
    pub(crate) fn on(&mut self, tokens: impl ToTokens, text: impl Display) {
        self.0.push(Error::new_spanned(tokens, text));
    }

    /// A mistake at one place.
    pub(crate) fn at(&mut self, span: Span, text: impl Display) {
        self.0.push(Error::new(span, text));
    }

    pub(crate) fn push(&mut self, error: Error) {
        self.0.push(error);
    }

    pub(crate) fn extend(&mut self, errors: impl IntoIterator<Item = Error>) {
        self.0.extend(errors);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// One `compile_error!` per mistake: they stand beside the item, wherever it is.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.iter().map(Error::to_compile_error).collect()
    }
}

/// The candidate that `word` was probably meant to be.
pub(crate) fn nearest<'c>(word: &str, candidates: &[&'c str]) -> Option<&'c str> {
    let allowed = (word.chars().count() / 3).max(1);
    let within =
        |&&candidate: &&&str| distance(word, candidate) <= allowed || abbreviates(word, candidate);
    candidates.iter().filter(within).min_by_key(|candidate| distance(word, candidate)).copied()
}

/// `timeout_ms` for `timeout`, `max` for `max_delay`: one is the beginning of the other.
fn abbreviates(word: &str, candidate: &str) -> bool {
    let short = word.len().min(candidate.len());
    short >= 3 && (candidate.starts_with(word) || word.starts_with(candidate))
}

/// Edits (insertions, deletions, replacements, neighbours exchanged) between two words.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut edits = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                edits = edits.min(rows[i - 2][j - 2] + 1);
            }
            row.push(edits);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

/// "`a`, `b` and `c`".
pub(crate) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_was_probably_meant() {
        let options = ["attempts", "delay", "max_delay", "when_err"];
        assert_eq!(nearest("atempts", &options), Some("attempts"));
        assert_eq!(nearest("delays", &options), Some("delay"));
        assert_eq!(nearest("when_error", &options), Some("when_err"));
        assert_eq!(nearest("frobnicate", &options), None);
    }

    #[test]
    fn counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("raed", "read"), 1);
    }

    #[test]
    fn lists_words_as_prose() {
        assert_eq!(listed(&[]), "");
        assert_eq!(listed(&["a"]), "`a`");
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
