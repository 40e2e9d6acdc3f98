//! What a policy is called, where it was written, and the list of everything that was declared.
//!
//! [`identity`] a name with its place · [`declared`] a policy as it is listed · [`site`] what the linker collects ·
//! [`default_names`] default names told apart.

mod declared;
mod default_names;
mod identity;
mod site;

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::ops::Deref;

pub(crate) use self::declared::sealed::Sealed;
pub(crate) use self::declared::{AnyPolicy, declared_by_default, listable};
pub use self::declared::{Listable, Listed};
pub(crate) use self::identity::place;
pub use self::identity::{Identity, Origin};
pub(crate) use self::site::{FunctionSite, declared, functions};
pub use self::site::{LayerSite, Site};

/// The name of a policy: for people, in logs, metrics and health reports.
///
/// It is a thin handle that copies freely, dereferences to [`str`] and compares with it.
///
/// ```
/// use resilience::{CircuitBreaker, CircuitBreakerConfig};
///
/// let breaker = CircuitBreaker::new("payments", CircuitBreakerConfig::new());
/// assert_eq!(breaker.name(), "payments");
/// assert_eq!(breaker.name().len(), 8);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Name(&'static str);

impl Name {
    /// A name known at compile time.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The text itself, for as long as the program runs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Whether the macro chose it, from the module path and the item.
    pub(crate) fn is_default(self) -> bool {
        default_names::is_default(self.0)
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.0
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl PartialEq<Name> for str {
    fn eq(&self, other: &Name) -> bool {
        self == other.0
    }
}

impl PartialEq<Name> for &str {
    fn eq(&self, other: &Name) -> bool {
        *self == other.0
    }
}

impl PartialEq<String> for Name {
    fn eq(&self, other: &String) -> bool {
        self.0 == other
    }
}

/// A map by name is asked by text.
impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        self.0
    }
}

impl From<&'static str> for Name {
    fn from(name: &'static str) -> Self {
        Self::new(name)
    }
}

impl From<Name> for &'static str {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0.to_owned()
    }
}

impl fmt::Display for Name {
    /// In one line: a name that holds a line break must not begin a log line of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&one_line(self.0))
    }
}

/// The text with everything escaped that ends a line, or controls a terminal.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    let breaks = |char: char| char.is_control() || matches!(char, '\u{2028}' | '\u{2029}');
    if !text.contains(breaks) {
        return text.into();
    }
    let mut line = String::with_capacity(text.len());
    for char in text.chars() {
        if breaks(char) {
            line.extend(char.escape_default());
        } else {
            line.push(char);
        }
    }
    line.into()
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line() {
        let shown = |name| Name::new(name).to_string();
        assert_eq!(shown("a\nERROR b\r\u{1b}[2J\u{2028}"), r"a\nERROR b\r\u{1b}[2J\u{2028}");
        assert_eq!(shown("naïve \"quoted\" `name`"), "naïve \"quoted\" `name`");
        assert_eq!(format!("{:>4}", Name::new("ab")), "  ab");
    }
}
