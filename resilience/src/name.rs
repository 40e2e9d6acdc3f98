//! What a policy is called, and where it was written.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::panic::Location;
use std::sync::OnceLock;

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
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.0, f)
    }
}

/// Who chose a policy's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The author, who must keep it unique among policies of one kind.
    Explicit,
    /// The macro, from the module path and the item; `line` is the attribute's own.
    Default {
        /// Where the attribute stands.
        line: u32,
    },
}

/// A policy's name together with the place that declares it.
///
/// A default name may turn out to be shared (one method name on two types of a module). The registry, which alone
/// sees all policies, then settles on a longer one; it does so before the name is first shown.
#[derive(Debug)]
pub struct Identity {
    written: &'static str,
    origin: Origin,
    location: &'static Location<'static>,
    settled: OnceLock<&'static str>,
}

impl Identity {
    /// The identity of a policy that is declared where this is called.
    #[track_caller]
    #[must_use]
    pub const fn new(written: &'static str, origin: Origin) -> Self {
        Self { written, origin, location: Location::caller(), settled: OnceLock::new() }
    }

    /// The name that the author chose.
    #[track_caller]
    #[must_use]
    pub const fn explicit(name: &'static str) -> Self {
        Self::new(name, Origin::Explicit)
    }

    /// The default name, of an attribute in that line.
    #[track_caller]
    #[must_use]
    pub const fn default(path: &'static str, line: u32) -> Self {
        Self::new(path, Origin::Default { line })
    }

    pub(crate) const fn written(&self) -> &'static str {
        self.written
    }

    /// The identity of one key's policy: it bears the name of the whole.
    pub(crate) fn of_key(&self) -> Self {
        Self {
            written: self.name().as_str(),
            origin: Origin::Explicit,
            location: self.location,
            settled: OnceLock::new(),
        }
    }

    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    pub(crate) fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// The name to show. An explicit one is final; a default one asks the registry, once.
    #[inline]
    pub(crate) fn name(&self) -> Name {
        match self.settled.get() {
            Some(name) => Name(name),
            None => self.settle(),
        }
    }

    #[cold]
    fn settle(&self) -> Name {
        Name(self.settled.get_or_init(|| match self.origin {
            Origin::Explicit => self.written,
            Origin::Default { .. } => crate::registry::settle(self),
        }))
    }
}
