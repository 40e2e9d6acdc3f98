//! What a request asks for: options of one policy, for how long, by whom and why.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::PLACE;
use crate::grammar::Literal;
use crate::grammar::parse_duration;
use crate::kind::PolicyKind;
use crate::overrides::leaf::{Kinds, Leaf, Places, Source};
use crate::overrides::pattern::Selector;

/// How long a change lasts unless it says otherwise: what was forgotten is the usual second incident.
pub(crate) const LASTS: Duration = Duration::from_secs(3_600);

/// Until when a change lasts; `None`: until it is taken away.
pub(crate) type Lasts = Option<Duration>;

/// A change of one policy.
#[derive(Debug)]
pub(crate) struct Wish {
    pub(crate) kind: PolicyKind,
    pub(crate) name: String,
    /// Options and values in the attributes' words; `null` takes an option back.
    pub(crate) options: Map<String, Json>,
    pub(crate) lasts: Lasts,
    pub(crate) author: Author,
    /// Whether to answer only.
    pub(crate) dry_run: bool,
}

/// Who asks, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Author {
    pub(crate) by: Arc<str>,
    pub(crate) reason: Option<Arc<str>>,
}

/// Reads `for=`: a duration, or `forever`.
pub(crate) fn lasts(text: &str) -> Result<Lasts, String> {
    if text == "forever" {
        return Ok(None);
    }
    match parse_duration(text) {
        Ok(Duration::ZERO) => Err("`for`: this duration must be longer than zero".into()),
        Ok(lasts) => Ok(Some(lasts)),
        Err(sentence) => Err(format!("`for`: {sentence}; or write `forever`")),
    }
}

/// An override for exactly that policy.
pub(super) fn leaf(kind: PolicyKind, name: &str, option: &str, value: Literal) -> Leaf {
    Leaf {
        kind: Kinds::One(kind),
        selector: Selector::exact(name),
        option: option.to_owned(),
        value,
        source: Source::Admin,
        places: Places::one(PLACE),
    }
}
