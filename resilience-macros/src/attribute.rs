//! The list of attributes: what each is called, which options it knows, and who reads them.

use crate::model::Layer;
use crate::reading::Reading;

/// One attribute of ours. A new one is a file with such a description, and a line in [`ALL`].
pub(crate) struct Attribute {
    /// As users write it.
    pub(crate) name: &'static str,
    /// In prose: "circuit breaker".
    pub(crate) noun: &'static str,
    /// The type of its instances.
    pub(crate) policy: &'static str,
    /// The type of its configuration.
    pub(crate) config: &'static str,
    /// The options it knows besides the [universal ones](UNIVERSAL).
    pub(crate) options: &'static [Known],
    /// What stands in it without a name.
    pub(crate) positional: Positional,
    /// The option that a stray bare literal was probably meant for: `#[retry(3)]`.
    pub(crate) likely: &'static str,
    /// Turns what was written into what it means.
    pub(crate) read: fn(&mut Reading<'_>) -> Vec<Layer>,
}

/// Every attribute of ours.
pub(crate) static ALL: &[&Attribute] = &[
    &crate::circuit_breaker::ATTRIBUTE,
    &crate::retry::ATTRIBUTE,
    &crate::timeout::ATTRIBUTE,
    &crate::bulkhead::ATTRIBUTE,
    &crate::rate_limit::ATTRIBUTE,
    &crate::fallback::ATTRIBUTE,
    &crate::hedge::ATTRIBUTE,
    &crate::resilient::ATTRIBUTE,
    &crate::health_check::ATTRIBUTE,
];

/// What may stand in an attribute without a name, besides an instance.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Positional {
    /// Nothing.
    None,
    /// A literal for this option: `#[timeout("2s")]`.
    Option(&'static str),
    /// Any expressions, which are the attribute's own business.
    List,
    /// Other attributes, nested, and an instance.
    Parts,
}

/// An option that an attribute knows.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    /// A value to show when there is none.
    pub(crate) example: &'static str,
}

/// When an option speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// When the instance is built: it becomes part of a `static`.
    Construction,
    /// The same, but a function may compute the value at each call instead.
    Late,
    /// At each call: it sees the call, and does not belong to the instance.
    Call,
    /// When the code is generated.
    Expansion,
}

impl Known {
    pub(crate) const fn construction(name: &'static str, example: &'static str) -> Self {
        Self { name, role: Role::Construction, example }
    }

    pub(crate) const fn late(name: &'static str, example: &'static str) -> Self {
        Self { name, role: Role::Late, example }
    }

    pub(crate) const fn call(name: &'static str, example: &'static str) -> Self {
        Self { name, role: Role::Call, example }
    }

    /// A flag needs no value: its presence is the value.
    pub(crate) fn is_flag(&self) -> bool {
        self.example.is_empty()
    }
}

/// Options of every attribute.
pub(crate) static UNIVERSAL: &[Known] = &[
    Known::construction("name", "\"payments\""),
    Known::construction("config", "presets::TOLERANT"),
    Known::call("rejection", "ApiError::from"),
    Known { name: "crate", role: Role::Expansion, example: "::resilience" },
];

impl Attribute {
    /// Every option, this attribute's own first.
    pub(crate) fn known(&self) -> impl Iterator<Item = &'static Known> {
        let has_config = !self.config.is_empty();
        let universal = UNIVERSAL.iter().filter(move |known| has_config || known.name != "config");
        self.options.iter().chain(universal)
    }

    pub(crate) fn find(&self, option: &str) -> Option<&'static Known> {
        self.known().find(|known| known.name == option)
    }
}

/// The attribute that users write as `name`.
pub(crate) fn named(name: &str) -> Option<&'static Attribute> {
    ALL.iter().find(|attribute| attribute.name == name).copied()
}
