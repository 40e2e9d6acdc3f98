//! A guarded call in the making: what policies wrap, and what their expansion may refer to.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, Type};

use crate::layer::attempts::Attempts;
use crate::layer::future::FutureTokens;
use crate::mode::Mode;
use crate::source::return_type::{self, Unwritten};
use crate::tokens::generated_span;

/// What a policy's expansion may refer to.
pub(crate) struct WrapContext<'s> {
    pub(crate) runtime: &'s TokenStream,
    /// An expression for a reference to the policy's instance.
    pub(crate) policy: TokenStream,
    /// The type of the instance where that is a static of this function: then a layer need not keep the reference.
    pub(crate) static_type: Option<TokenStream>,
    /// A name, unique in the stack, for what a layer prepares.
    pub(crate) binding: Ident,
    pub(crate) mode: Mode,
    /// What the body returns.
    pub(crate) output: &'s Type,
    /// Whether the function may return a plain value, no `Result`.
    pub(crate) is_total: bool,
    /// Arguments for a block around the body to bind again: the compiler names a local that the body consumes, and has no
    /// name for what a block has captured.
    pub(crate) rebound: Vec<&'s Ident>,
    /// Whether what the layer reads from results has a name.
    pub(crate) is_inspector_bound: bool,
    /// How rejections from further in become the function's error.
    pub(crate) edge: Edge<'s>,
    pub(crate) span: Span,
}

/// How an outcome becomes what the function returns.
#[derive(Clone, Copy)]
pub(crate) enum Edge<'s> {
    /// No policy rejects.
    Unrejected,
    /// No policy rejects, but a test may put a fault in the place of the body.
    Faults,
    /// By `From<Rejection>`.
    From,
    /// By the user's function.
    Mapped(&'s Expr),
}

impl Edge<'_> {
    /// The outcome as a result, for a policy that looks at what the caller would get.
    pub(crate) fn result(self, outcome: &TokenStream, context: &WrapContext<'_>) -> TokenStream {
        let WrapContext { runtime, output, span, .. } = context;
        match self {
            Self::Unrejected => {
                quote_spanned!(*span=> #runtime::ReturnType::<#output>::new().__resilience_unrefused(#outcome))
            }
            Self::Faults => {
                let reject = reject(output, runtime, *span);
                quote_spanned!(*span=> #runtime::ReturnType::<#output>::new().__resilience_or_reject(#outcome, #reject))
            }
            Self::From => {
                // Named at the type, where the compiler reports an error that is no `From<Rejection>`.
                let result = quote_spanned!(generated_span(output.span())=> __resilience_result);
                quote_spanned!(*span=> #runtime::ReturnType::<#output>::new().#result(#outcome))
            }
            Self::Mapped(map) => quote_spanned!(*span=> #runtime::finish_with(#outcome, #map)),
        }
    }
}

/// A function that makes a result of a fault, where the error has room for one.
pub(crate) fn reject(output: &Type, runtime: &TokenStream, span: Span) -> TokenStream {
    if return_type::unwritten(output) == Unwritten::Error {
        return quote_spanned!(span=> |__resilience_rejection| #runtime::faults::unmade(&__resilience_rejection));
    }
    quote_spanned!(span=> #runtime::reject!(#output))
}

/// A guarded call in the making.
pub(crate) enum CallTokens {
    /// An expression whose value is a future of the outcome.
    Future(FutureTokens),
    /// A loop of attempts around the future of one.
    Attempts(Attempts, FutureTokens),
    /// An expression whose value is the outcome; in an async function it may await.
    Outcome(TokenStream),
}

impl CallTokens {
    /// As a future.
    pub(crate) fn future(self, span: Span) -> FutureTokens {
        match self {
            Self::Future(future) => future,
            steps => {
                let outcome = steps.outcome(span);
                FutureTokens { place: None, future: quote_spanned!(span=> async { #outcome }) }
            }
        }
    }

    /// As an outcome, in place.
    pub(crate) fn outcome(self, span: Span) -> TokenStream {
        match self {
            Self::Future(future) => future.awaited(span),
            Self::Attempts(attempts, inner) => attempts.outcome(inner),
            Self::Outcome(outcome) => outcome,
        }
    }
}

impl WrapContext<'_> {
    /// What a layer reads the defaults of its predicates from.
    pub(crate) fn inspector(&self) -> TokenStream {
        if self.is_inspector_bound {
            return quote_spanned!(self.span=> __resilience_inspector);
        }
        self.made_inspector()
    }

    /// Binds it to its name, if it has one.
    pub(crate) fn bound_inspector(&self) -> Option<TokenStream> {
        let made = self.made_inspector();
        let bound = quote_spanned!(self.span=> let __resilience_inspector = #made;);
        self.is_inspector_bound.then_some(bound)
    }

    /// It has no size.
    fn made_inspector(&self) -> TokenStream {
        let Self { runtime, output, span, .. } = self;
        let (span, of) = (*span, if self.is_total { "plain_or_not" } else { "result" });
        let of = Ident::new(of, span);
        match return_type::unwritten(output) {
            Unwritten::Nothing => quote_spanned!(span=> #runtime::inspect!(#of #output)),
            Unwritten::Value => {
                quote_spanned!(span=> #runtime::inspect!(#of #output, but no value))
            }
            Unwritten::Error => quote_spanned!(span=> #runtime::NoInspector),
        }
    }

    /// A reference to the instance, as a layer keeps it.
    pub(crate) fn place(&self) -> TokenStream {
        let Self { runtime, policy, span, .. } = self;
        match &self.static_type {
            Some(ty) => quote_spanned!(*span=> #runtime::static_ref!(#policy, #ty)),
            None => policy.clone(),
        }
    }

    /// `policy(static_ref!(&POLICY, Policy), inner)`, or its blocking twin.
    pub(crate) fn guard(
        &self,
        function: &str,
        inner: CallTokens,
        predicates: Option<TokenStream>,
    ) -> CallTokens {
        let Self { runtime, policy, span, .. } = self;
        let (span, function) = (*span, Ident::new(function, *span));
        let predicates = predicates.map(|predicates| quote_spanned!(span=> , #predicates));
        match self.mode {
            Mode::Async => {
                let place = self.place();
                CallTokens::Future(inner.future(span).around(
                    |inner| quote_spanned!(span=> #runtime::#function(#place, #inner #predicates)),
                ))
            }
            Mode::Blocking => {
                let inner = inner.outcome(span);
                CallTokens::Outcome(
                    quote_spanned!(span=> #runtime::blocking::#function(#policy, || #inner #predicates)),
                )
            }
        }
    }
}
