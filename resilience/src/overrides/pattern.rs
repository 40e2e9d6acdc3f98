//! Names and patterns: `*` matches any run of characters.

use std::fmt;

/// What an override is for: one policy by its name, or all that a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Selector {
    text: String,
    is_pattern: bool,
}

impl Selector {
    pub(super) fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { is_pattern: text.contains('*'), text }
    }

    /// One name, with stars in it or not.
    #[cfg(feature = "axum")]
    pub(super) fn exact(name: &str) -> Self {
        Self { text: name.to_owned(), is_pattern: false }
    }

    pub(super) fn is_pattern(&self) -> bool {
        self.is_pattern
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        if self.is_pattern { matches(&self.text, name) } else { self.text == name }
    }

    /// How closely it describes what it matches: an exact name most of all, a pattern by its literal characters.
    pub(super) fn weight(&self) -> usize {
        if self.is_pattern { self.text.chars().filter(|c| *c != '*').count() } else { usize::MAX }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Every piece between two stars is taken at its first place; only the last must end the name.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some(mut left) = name.strip_prefix(head).and_then(|name| name.strip_suffix(tail)) else {
        return false;
    };
    for piece in middle.split('*') {
        match left.find(piece) {
            Some(at) => left = &left[at + piece.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_matches_any_run_of_characters() {
        for (pattern, name, expected) in [
            ("pay", "pay", true),
            ("pay", "payments", false),
            ("*", "", true),
            ("*", "shop::pay", true),
            ("shop::*", "shop::pay", true),
            ("shop::*", "shopping", false),
            ("*pay", "shop::pay", true),
            ("*pay", "shop::payment", false),
            ("s*y", "shop::pay", true),
            ("s*p*y", "shop::pay", true),
            ("s*z*y", "shop::pay", false),
            ("ab*ba", "aba", false),
            ("*a*a*", "a", false),
            ("*a*a*", "banana", true),
            ("**", "x", true),
        ] {
            assert_eq!(Selector::new(pattern).matches(name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn more_literal_characters_weigh_more_and_a_name_weighs_most() {
        let weight = |text| Selector::new(text).weight();
        assert!(weight("*") < weight("shop::*"));
        assert!(weight("shop::*") < weight("shop::c*"));
        assert_eq!(weight("shop::*"), weight("*shop::"));
        assert!(weight("a") > weight("a_very_long_pattern*"));
    }
}
