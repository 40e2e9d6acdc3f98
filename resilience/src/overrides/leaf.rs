//! One option of one override, with the places where its parts were written.

use super::pattern::Selector;
use crate::configured::with_configured;
use crate::grammar::{Literal, nearest};
use crate::kind::PolicyKind;
use crate::name::Listable;

/// `[kind."selector"] option = value`
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Leaf {
    pub(super) kind: Kinds,
    pub(super) selector: Selector,
    pub(super) option: String,
    pub(super) value: Literal,
    pub(super) source: Source,
    pub(super) places: Places,
}

/// The kinds of policy that an override is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kinds {
    /// `*`: all that have a mode.
    All,
    One(PolicyKind),
}

impl Kinds {
    pub(super) fn contain(self, kind: PolicyKind) -> bool {
        match self {
            Self::All => true,
            Self::One(one) => one == kind,
        }
    }
}

/// Where overrides come from. Later ones have the last word between overrides of equal weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    File,
    /// The text in `RESILIENCE_OVERRIDES`.
    Inline,
    /// A variable for one option.
    Variable,
    /// The admin routes.
    #[cfg(feature = "axum")]
    Admin,
}

impl Source {
    /// Whether it wins over what the program itself set by hand, too: a person asked for it, and for a while.
    pub(super) fn wins_over_program(self) -> bool {
        self > Self::Variable
    }
}

/// `file:line:column`, or the name of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) selector: String,
    pub(super) option: String,
    pub(super) value: String,
}

impl Places {
    /// A variable says everything in one place.
    pub(super) fn one(place: &str) -> Self {
        Self { selector: place.into(), option: place.into(), value: place.into() }
    }
}

macro_rules! kinds_of {
    ([] $($policy:ty),*; $($per_key:ty),*) => {
        /// The kinds that have options to change.
        pub(super) const KINDS: [PolicyKind; [$(<$policy>::KIND),*].len()] = [$(<$policy>::KIND),*];
    };
}

with_configured!(kinds_of []);

pub(super) fn kind(word: &str) -> Option<PolicyKind> {
    KINDS.into_iter().find(|kind| kind.as_str() == word)
}

/// What is wrong with a word that is no kind.
pub(super) fn unknown_kind(word: &str) -> String {
    match word {
        "fallback" => return "a fallback has no options that can be changed here".into(),
        "pipeline" | "resilient" => {
            return "a pipeline's parts have names of their own: write `[timeout.\"NAME.timeout\"]`"
                .into();
        }
        _ => {}
    }
    let words = KINDS.map(PolicyKind::as_str);
    let singular = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let meant = nearest(singular.as_deref().unwrap_or(word), words)
        .map(|meant| format!("; did you mean `{meant}`?"));
    let meant = meant.unwrap_or_default();
    format!("unknown kind of policy `{word}`{meant} (valid: {})", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_admin_routes_win_over_the_program() {
        for source in [Source::File, Source::Inline, Source::Variable] {
            assert!(!source.wins_over_program());
        }
        #[cfg(feature = "axum")]
        assert!(Source::Admin.wins_over_program());
    }

    #[test]
    fn what_has_no_options_here_is_told_where_they_are() {
        for word in ["pipeline", "resilient"] {
            assert!(unknown_kind(word).starts_with("a pipeline's parts have names"), "{word}");
        }
        assert!(unknown_kind("fallback").starts_with("a fallback has no options"));
        assert!(unknown_kind("retries").contains("did you mean `retry`?"));
    }
}
