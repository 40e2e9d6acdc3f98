//! What a stack of attributes means. Nothing here can be nonsense, so the expansion cannot fail.

use std::time::Duration;

use proc_macro2::{Ident, Span, TokenStream};
use syn::Expr;

use crate::attribute::Attribute;
use crate::attribute::options::setters::Setters;
use crate::attribute::options::value::SpannedValue;
use crate::layer::call::{CallTokens, WrapContext};
use crate::layer::keyed::Keyed;
use crate::layer::names::Naming;
use crate::mode::Mode;
use crate::runtime::Runtime;
use crate::source::function::Guarded;
use crate::source::return_type::{Unwritten, unwritten};

/// The policies of one function, outermost first.
pub(crate) struct Stack {
    pub(crate) layers: Vec<Layer>,
    /// The user's mapping from a rejection to the function's error.
    pub(crate) rejection: Option<Expr>,
    pub(crate) runtime: Runtime,
}

impl Stack {
    /// Whether an outermost fallback answers every rejection, so that the function may return a plain value.
    pub(crate) fn is_total(&self) -> bool {
        self.layers.first().is_some_and(|layer| layer.expansion.is_total())
    }

    /// Whether the layer at `place` finds what it reads from results under a name, which a layer further out has bound.
    pub(crate) fn has_bound_inspector(&self, place: usize, guarded: &Guarded) -> bool {
        let mut outwards =
            self.layers[..=place].iter().rev().map(|layer| layer.expansion.inspection());
        let origin = outwards.find(|inspection| *inspection != Inspection::Passed);
        guarded.mode == Mode::Async
            && origin == Some(Inspection::Bound)
            && unwritten(&guarded.output) != Unwritten::Error
    }
}

/// One policy of a stack.
pub(crate) struct Layer {
    pub(crate) attribute: &'static Attribute,
    /// The attribute's own place.
    pub(crate) span: Span,
    pub(crate) source: Source,
    pub(crate) expansion: Box<dyn LayerExpansion>,
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
    pub(crate) name: Option<SpannedValue<String>>,
    /// Which part of a standard pipeline it is.
    pub(crate) part: Option<&'static str>,
    /// What tells it from another of its kind on the function.
    pub(crate) suffix: Option<&'static str>,
    /// What that pipeline is called.
    pub(crate) whole: Option<SpannedValue<String>>,
    /// The `const` value to start from.
    pub(crate) config: Option<Expr>,
    pub(crate) setters: Setters,
}

impl Instance {
    /// A name of its own is left as it is; else a part appends itself to that of the whole.
    pub(crate) fn naming(&self) -> Naming<'_> {
        match &self.name {
            Some(own) => (Some(own), None),
            None => (self.whole.as_ref(), self.part.or(self.suffix)),
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

/// What a policy does to the call inside it, as far as its options decide; the rest is data of its attribute.
pub(crate) trait LayerExpansion {
    /// Puts the policy around `inner`.
    fn wrap(&self, inner: CallTokens, context: &WrapContext<'_>) -> CallTokens;

    /// Code that runs once, before the stack.
    fn prepare(&self, context: &WrapContext<'_>) -> TokenStream {
        let _ = context;
        TokenStream::new()
    }

    /// Expressions that run at each call.
    fn expressions(&self) -> Vec<&Expr> {
        Vec::new()
    }

    /// Expressions that are evaluated before the body, and borrow nothing during it.
    fn evaluated_before(&self) -> Option<&Expr> {
        None
    }

    /// Where what is read from results comes from, in an async function.
    fn inspection(&self) -> Inspection {
        Inspection::Closed
    }

    /// Whether it answers every rejection, so that the function need not return a `Result`.
    fn is_total(&self) -> bool {
        false
    }

    /// Whether policies further out would see no error any more.
    fn hides_errors(&self) -> bool {
        false
    }

    /// The option that makes calls wait.
    fn waits(&self) -> Option<Span> {
        None
    }

    /// The option that makes a fleet share the instance.
    fn shared(&self) -> Option<Span> {
        None
    }

    /// One instance per key, if so.
    fn keyed(&self) -> Option<&Keyed> {
        None
    }

    /// What the instance is built from besides name and config.
    fn ingredient(&self, item: &Ident, runtime: &TokenStream) -> Option<TokenStream> {
        let _ = (item, runtime);
        None
    }

    /// When it times out, where that is known.
    fn limit(&self) -> Option<KnownValue<Duration>> {
        None
    }

    /// Whether only a call knows how long it takes.
    fn is_open_ended(&self) -> bool {
        false
    }

    /// The pauses between attempts, where they are known.
    fn pauses(&self) -> Option<Vec<Duration>> {
        None
    }
}

/// Where a layer of an async function, and those further in, find what is read from results: to ask the compiler once per
/// function is cheaper than once per layer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inspection {
    /// It is bound to a name here.
    Bound,
    /// Under that name, if there is one: the layer is one expression around the future further in.
    Passed,
    /// In place: a block or a closure here would capture the name, and its future would hold a pointer.
    Closed,
}

/// A value that is known now, and the token that says so (none for a default).
pub(crate) struct KnownValue<T> {
    pub(crate) value: T,
    pub(crate) at: Option<Span>,
}
