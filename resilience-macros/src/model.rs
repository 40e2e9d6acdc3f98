//! What a stack of attributes means. Nothing here can be nonsense, so the expansion cannot fail.

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Expr, Path};

use crate::attribute::Attribute;
use crate::keyed::Keyed;
use crate::names::Naming;
use crate::options::{Setters, Written, quiet};
use crate::piece::{Piece, Site};

/// The policies of one function, outermost first.
pub(crate) struct Stack {
    pub(crate) layers: Vec<Layer>,
    /// The user's mapping from a refusal to the function's error.
    pub(crate) rejection: Option<Expr>,
    pub(crate) runtime: Runtime,
}

impl Stack {
    /// Whether an outermost fallback answers every refusal, so that the function may return a plain value.
    pub(crate) fn is_total(&self) -> bool {
        self.layers.first().is_some_and(|layer| layer.meaning.is_total())
    }
}

/// One policy of a stack.
pub(crate) struct Layer {
    pub(crate) attribute: &'static Attribute,
    /// The attribute's own place.
    pub(crate) span: Span,
    pub(crate) source: Source,
    pub(crate) meaning: Box<dyn Meaning>,
}

/// Where the instance comes from.
pub(crate) enum Source {
    /// It exists already.
    Shared(Box<Expr>),
    /// It is built for this item.
    Own(Box<Instance>),
}

/// An instance to be built.
#[derive(Default)]
pub(crate) struct Instance {
    pub(crate) name: Option<Written<String>>,
    /// Which part of a standard pipeline it is.
    pub(crate) part: Option<&'static str>,
    /// What that pipeline is called.
    pub(crate) whole: Option<Written<String>>,
    /// The `const` value to start from.
    pub(crate) config: Option<Expr>,
    pub(crate) setters: Setters,
}

impl Instance {
    /// A name of its own is left as it is; else a part appends itself to that of the whole.
    pub(crate) fn naming(&self) -> Naming<'_> {
        match &self.name {
            Some(own) => (Some(own), None),
            None => (self.whole.as_ref(), self.part),
        }
    }
}

impl Layer {
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.source, Source::Shared(_))
    }

    /// Which part of a standard pipeline it is.
    pub(crate) fn part(&self) -> Option<&'static str> {
        match &self.source {
            Source::Own(instance) => instance.part,
            Source::Shared(_) => None,
        }
    }
}

/// What a policy does to the call inside it. Each attribute has its own.
pub(crate) trait Meaning {
    /// Puts the policy around `inner`.
    fn wrap(&self, inner: Piece, site: &Site<'_>) -> Piece;

    /// Code that runs once, before the stack.
    fn prepare(&self, site: &Site<'_>) -> TokenStream {
        let _ = site;
        TokenStream::new()
    }

    /// Expressions that run at each call.
    fn expressions(&self) -> Vec<&Expr>;

    /// Whether it may refuse the call.
    fn refuses(&self) -> bool {
        true
    }

    /// Whether the body may run more than once.
    fn reruns(&self) -> bool {
        false
    }

    /// Whether bodies may run side by side.
    fn overlaps(&self) -> bool {
        false
    }

    /// Whether refusals from further in end here.
    fn absorbs(&self) -> bool {
        false
    }

    /// Whether it answers every refusal, so that the function need not return a `Result`.
    fn is_total(&self) -> bool {
        false
    }

    /// Whether policies further out would see no error any more.
    fn hides_errors(&self) -> bool {
        false
    }

    /// One instance per key, if so.
    fn keyed(&self) -> Option<&Keyed> {
        None
    }

    /// Whether it calls the function itself, and has nothing to give to it.
    fn needs_no_arguments(&self) -> bool {
        false
    }

    /// What the instance is built from besides name and config.
    fn ingredient(&self, item: &proc_macro2::Ident, runtime: &TokenStream) -> Option<TokenStream> {
        let _ = (item, runtime);
        None
    }

    /// Whether it makes sense twice in one stack.
    fn repeats(&self) -> bool {
        false
    }

    /// Why it cannot guard a plain function, and which token says so.
    fn needs_async(&self) -> Option<(Option<Span>, &'static str)> {
        None
    }

    /// When it cuts the call off, where that is known.
    fn limit(&self) -> Option<Known<Duration>> {
        None
    }

    /// The pauses between attempts, where they are known.
    fn pauses(&self) -> Option<Vec<Duration>> {
        None
    }
}

/// A value that is known now, and the token that says so (none for a default).
pub(crate) struct Known<T> {
    pub(crate) value: T,
    pub(crate) at: Option<Span>,
}

/// How the guarded body runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Async,
    Blocking,
}

/// The path of the runtime crate.
#[derive(Default)]
pub(crate) struct Runtime(pub(crate) Option<Path>);

impl Runtime {
    /// The path of the module that generated code names.
    pub(crate) fn private(&self, span: Span) -> TokenStream {
        let span = quiet(span);
        if let Some(path) = &self.0 {
            return quote_spanned!(span=> #path::__private);
        }
        quote_spanned!(span=> ::resilience::__private)
    }
}
