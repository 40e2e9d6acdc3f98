//! The parts that a standard pipeline can have, and how to speak of them.

use crate::attribute::{Attribute, Positional};
use crate::diagnostics::nearest;

/// One part of the pipeline.
pub(super) struct Part {
    /// As it is written in `#[resilient(…)]`.
    pub(super) name: &'static str,
    pub(super) attribute: &'static Attribute,
    /// What stands in it if nobody mentions it.
    pub(super) default: Option<&'static str>,
    /// Whether it judges outcomes, so that the predicates of the whole reach it.
    pub(super) judges: bool,
}

/// The parts, outermost first.
pub(super) static PARTS: [Part; 7] = [
    Part { name: "fallback", attribute: &crate::fallback::ATTRIBUTE, default: None, judges: false },
    Part {
        name: "rate_limit",
        attribute: &crate::rate_limit::ATTRIBUTE,
        default: None,
        judges: false,
    },
    Part { name: "bulkhead", attribute: &crate::bulkhead::ATTRIBUTE, default: None, judges: false },
    Part {
        name: "timeout",
        attribute: &crate::timeout::ATTRIBUTE,
        default: Some(""),
        judges: false,
    },
    Part { name: "retry", attribute: &crate::retry::ATTRIBUTE, default: None, judges: true },
    Part {
        name: "circuit_breaker",
        attribute: &crate::circuit_breaker::ATTRIBUTE,
        default: Some(""),
        judges: true,
    },
    Part {
        name: "attempt_timeout",
        attribute: &crate::timeout::ATTRIBUTE,
        default: None,
        judges: false,
    },
];

impl Part {
    /// How it may be written.
    fn example(&self) -> String {
        let example = |key: &str| self.attribute.find(key).map_or("…", |known| known.example);
        match self.attribute.positional {
            Positional::Option(key) => format!("{}({})", self.name, example(key)),
            Positional::List | Positional::Parts => format!("{}(…)", self.name),
            Positional::None => {
                let key = self.attribute.likely;
                format!("{}({key} = {})", self.name, example(key))
            }
        }
    }
}

/// The part that was probably meant.
pub(super) fn resembling(word: &str) -> Option<&'static str> {
    let starts_like = |name: &&str| word.get(..4).is_some_and(|start| name.starts_with(start));
    nearest(word, &names()).or_else(|| names().into_iter().find(starts_like))
}

pub(super) fn names() -> Vec<&'static str> {
    PARTS.iter().map(|part| part.name).collect()
}

/// What to say about `retry = 3` or `attempts = 3`, which belong into a part's own parentheses.
pub(crate) fn misplaced(key: &str) -> Option<String> {
    if let Some(part) = PARTS.iter().find(|part| part.name == key) {
        return Some(format!(
            "`{key}` is a part, with options of its own: write `{}`",
            part.example()
        ));
    }
    let owns = |part: &&Part| part.attribute.options.iter().any(|known| known.name == key);
    let part = PARTS.iter().find(owns)?;
    let example = part.attribute.find(key)?.example;
    let option = if example.is_empty() { key.to_owned() } else { format!("{key} = {example}") };
    Some(format!(
        "`{key}` is an option of the part `{name}`: write `{name}({option})`",
        name = part.name
    ))
}
