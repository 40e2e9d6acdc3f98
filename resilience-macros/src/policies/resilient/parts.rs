//! The parts that a standard pipeline can have, and how to speak of them.

use crate::attribute::Positional;
use crate::grammar::nearest;
use crate::policies::reading::Reader;
use crate::policies::{bulkhead, circuit_breaker, fallback, rate_limit, retry, timeout};

/// One part of the pipeline.
pub(crate) struct Part {
    /// As it is written in `#[resilient(…)]`.
    pub(crate) name: &'static str,
    /// A part is read like the attribute that it is called after.
    pub(crate) reader: &'static Reader,
    /// What stands in it if it isn't mentioned.
    pub(crate) default: Option<&'static str>,
}

/// The parts, outermost first.
pub(crate) static PARTS: [Part; 7] = [
    Part { name: "fallback", reader: &fallback::READER, default: None },
    Part { name: "timeout", reader: &timeout::READER, default: Some("") },
    Part { name: "rate_limit", reader: &rate_limit::READER, default: None },
    Part { name: "bulkhead", reader: &bulkhead::READER, default: None },
    Part { name: "retry", reader: &retry::READER, default: None },
    Part { name: "circuit_breaker", reader: &circuit_breaker::READER, default: Some("") },
    Part { name: "attempt_timeout", reader: &timeout::READER, default: None },
];

/// Attributes that are no parts.
pub(crate) static OTHERS: [&str; 3] = ["hedge", "resilient", "health_check"];

impl Part {
    /// How it may be written.
    fn example(&self) -> String {
        let example =
            |key: &str| self.reader.attribute.find(key).map_or("…", |known| known.example);
        match self.reader.attribute.positional {
            Positional::Option(key) => format!("{}({})", self.name, example(key)),
            Positional::List | Positional::Parts => format!("{}(…)", self.name),
            Positional::None => {
                let key = self.reader.attribute.likely;
                format!("{}({key} = {})", self.name, example(key))
            }
        }
    }
}

/// The part that was probably meant.
pub(crate) fn resembling(word: &str) -> Option<&'static str> {
    let starts_like = |name: &&str| word.get(..4).is_some_and(|start| name.starts_with(start));
    nearest(word, names()).or_else(|| names().into_iter().find(starts_like))
}

pub(crate) fn names() -> Vec<&'static str> {
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
    let owns = |part: &&Part| part.reader.attribute.options.iter().any(|known| known.name == key);
    let part = PARTS.iter().find(owns)?;
    let example = part.reader.attribute.find(key)?.example;
    let option = if example.is_empty() { key.to_owned() } else { format!("{key} = {example}") };
    Some(format!(
        "`{key}` is an option of the part `{name}`: write `{name}({option})`",
        name = part.name
    ))
}
