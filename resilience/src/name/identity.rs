//! A policy's name together with the place that declares it.

use std::panic::Location;
use std::sync::OnceLock;

use super::Name;
use crate::kind::PolicyKind;

/// Who chose a policy's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The author, who must keep it unique among policies of one kind.
    Explicit,
    /// The macro, from the module path and the item; `line` is the attribute's own.
    Default {
        /// Where the attribute stands.
        line: u32,
    },
    /// The health check that owns the policy: it is not listed, and speaks as that check.
    HealthCheck,
}

/// A policy's name together with the place that declares it.
///
/// A default name may turn out to be shared (one method name on two types of a module). A longer one is then chosen
/// among all declared policies, before the name is first shown.
#[derive(Debug)]
pub struct Identity {
    written: &'static str,
    origin: Origin,
    location: &'static Location<'static>,
    pub(super) resolved: OnceLock<&'static str>,
}

impl Identity {
    /// The identity of a policy that is declared where this is called.
    #[track_caller]
    #[must_use]
    pub const fn new(written: &'static str, origin: Origin) -> Self {
        Self { written, origin, location: Location::caller(), resolved: OnceLock::new() }
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

    /// Makes it the default name of an attribute in that line.
    #[track_caller]
    pub(crate) const fn rename(&mut self, path: &'static str, line: u32) {
        self.written = path;
        self.origin = Origin::Default { line };
        self.location = Location::caller();
    }

    /// The identity of a policy inside the health check of that name.
    #[track_caller]
    pub(crate) const fn of_health_check(name: &'static str) -> Self {
        Self::new(name, Origin::HealthCheck)
    }

    /// The kind that a policy's events name: its own, unless it belongs to a health check.
    pub(crate) const fn speaks_as(&self, own: PolicyKind) -> PolicyKind {
        match self.origin {
            Origin::HealthCheck => PolicyKind::HealthCheck,
            Origin::Explicit | Origin::Default { .. } => own,
        }
    }

    /// Whether the author chose the name.
    pub(crate) const fn is_explicit(&self) -> bool {
        matches!(self.origin, Origin::Explicit)
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
            resolved: OnceLock::new(),
        }
    }

    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    pub(crate) fn location(&self) -> &'static Location<'static> {
        self.location
    }

    /// Where it is declared, as `file:line`.
    pub(crate) fn place(&self) -> String {
        place(self.location)
    }

    /// The name to show. An explicit one is final; a default one is compared with all others, once.
    #[inline]
    pub(crate) fn name(&self) -> Name {
        match self.resolved.get() {
            Some(name) => Name(name),
            // Where default names are told apart.
            None => self.resolve(),
        }
    }
}

/// `file:line`. `format!` would be the greater part of what a snapshot costs.
pub(crate) fn place(location: &Location<'_>) -> String {
    [location.file(), ":", &location.line().to_string()].concat()
}
