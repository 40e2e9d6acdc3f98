//! What an attribute is, as data: what it is called, which options it knows, and what it does to a call.

pub(crate) mod arguments;
pub(crate) mod form;
pub(crate) mod options;

/// One attribute of ours. A new one is a file in `policies/` with such a description, and a line in its table.
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
    pub(crate) options: &'static [OptionSpec],
    /// What stands in it without a name.
    pub(crate) positional: Positional,
    /// The option that a stray bare literal was probably meant for: `#[retry(3)]`.
    pub(crate) likely: &'static str,
    /// What to say about an unknown option that belongs elsewhere.
    pub(crate) misplaced: fn(&str) -> Option<String>,
    pub(crate) effects: &'static [Effect],
    pub(crate) blocking: Blocking,
}

/// What a policy does to the calls that it guards, whatever its options say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It may reject the call.
    Rejects,
    /// The body may run more than once.
    Reruns,
    /// Bodies may run side by side.
    Overlaps,
    /// It tells failures from successes.
    Judges,
    /// Rejections from further in end here.
    Answers,
    /// It makes sense twice in one stack.
    Repeats,
    /// It calls the function itself, and has no arguments to pass.
    CallsItself,
}

/// Whether it can guard a synchronous function, and what the user is told where it cannot.
#[derive(Clone, Copy)]
pub(crate) enum Blocking {
    Works,
    /// Not where an option makes calls wait.
    WaitsNot(&'static str),
    Never(&'static str),
}

/// What an attribute stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Function,
    /// With whether its type holds one instance per key.
    Static {
        keyed: bool,
    },
}

impl Target {
    pub(crate) fn is_static(self) -> bool {
        self != Self::Function
    }
}

/// What may stand in an attribute without a name, besides an instance.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Positional {
    /// Nothing.
    None,
    /// A literal for this option: `#[timeout("2s")]`.
    Option(&'static str),
    /// Any expressions, which the attribute reads by itself.
    List,
    /// Other attributes, nested, and an instance.
    Parts,
}

/// An option that an attribute knows.
#[derive(Clone, Copy)]
pub(crate) struct OptionSpec {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    /// A value to show when there is none; a flag has none, or says what may follow it: `(quorum = 0.5)`.
    pub(crate) example: &'static str,
}

/// When an option is evaluated.
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

impl OptionSpec {
    /// A flag needs no value: its presence is the value.
    pub(crate) fn is_flag(&self) -> bool {
        self.example.is_empty() || self.inner().is_some()
    }

    /// What a flag may say in parentheses, `shared(quorum = 0.5)`: its example shows that.
    pub(crate) fn inner(&self) -> Option<&'static str> {
        self.example.strip_prefix('(')?.split_whitespace().next()
    }
}

/// Options of every attribute.
pub(crate) static UNIVERSAL: &[OptionSpec] = &[
    OptionSpec { name: "name", role: Role::Construction, example: "\"payments\"" },
    OptionSpec { name: "config", role: Role::Construction, example: "presets::TOLERANT" },
    OptionSpec { name: "rejection", role: Role::Call, example: "ApiError::from" },
    OptionSpec { name: "crate", role: Role::Expansion, example: "::resilience" },
];

impl Attribute {
    /// Every option, this attribute's own first.
    pub(crate) fn known(&self) -> impl Iterator<Item = &'static OptionSpec> {
        let has_config = !self.config.is_empty();
        let universal = UNIVERSAL.iter().filter(move |known| has_config || known.name != "config");
        self.options.iter().chain(universal)
    }

    pub(crate) fn has(&self, effect: Effect) -> bool {
        self.effects.contains(&effect)
    }

    pub(crate) fn find(&self, option: &str) -> Option<&'static OptionSpec> {
        self.known().find(|known| known.name == option)
    }
}
