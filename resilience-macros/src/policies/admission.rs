//! A layer that admits calls, at once or after a wait: what a bulkhead and a rate limit have in common.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::attribute::options::code::Predicate;
use crate::attribute::options::duration::Positive;
use crate::attribute::options::value::SpannedValue;
use crate::layer::call::{CallTokens, WrapContext};
use crate::layer::keyed::Keyed;
use crate::layer::model::{Inspection, LayerExpansion};
use crate::mode::Mode;
use crate::tokens::{generated_span, moved};

pub(crate) struct AdmissionLayer {
    /// The runtime's function.
    pub(crate) function: &'static str,
    /// How a policy that learns from calls tells their ends apart.
    pub(crate) judges: Option<Judges>,
    /// What the call itself says to the policy.
    pub(crate) argument: Option<Argument>,
    /// The option that makes calls wait.
    pub(crate) waits: Option<Span>,
    /// The option that makes a fleet share the limit.
    pub(crate) shared: Option<Span>,
    pub(crate) keyed: Option<Keyed>,
}

/// Which errors mean too much load.
pub(crate) struct Judges {
    pub(crate) overload_err: Option<Predicate>,
}

impl Judges {
    /// What reads the defaults from an outcome, and the question.
    fn tokens(&self, context: &WrapContext<'_>) -> TokenStream {
        let inspector = context.inspector();
        let span = generated_span(context.output.span());
        let Some(predicate) = &self.overload_err else {
            // A closure: as a path it would be one more bound for the compiler to complain about.
            return quote_spanned!(span=> #inspector, |_| false);
        };
        let expr = &predicate.expr;
        quote_spanned!(span=> #inspector, #expr)
    }
}

/// An expression that is evaluated at each call, before the body: it borrows nothing that the body takes.
pub(crate) struct Argument {
    pub(crate) expr: Expr,
    /// The runtime's function that makes a value of the argument's type from it.
    pub(crate) convert: &'static str,
    /// The runtime's function that takes the argument besides.
    pub(crate) function: &'static str,
}

impl Argument {
    fn name(context: &WrapContext<'_>) -> Ident {
        format_ident!("{}_argument", context.binding)
    }
}

/// Where `max_wait` stands.
pub(crate) fn waits(max_wait: Option<SpannedValue<Positive>>) -> Option<Span> {
    max_wait.map(|option| option.key.span())
}

impl LayerExpansion for AdmissionLayer {
    fn wrap(&self, inner: CallTokens, context: &WrapContext<'_>) -> CallTokens {
        if let (Some(Judges { overload_err: None }), None, Mode::Async) =
            (&self.judges, &self.argument, context.mode)
        {
            let function = format!("{}_by_default", self.function);
            return context.guard(&function, inner, Some(context.inspector()));
        }
        let judges = self.judges.as_ref().map(|judges| judges.tokens(context));
        let name = self.argument.as_ref().map(|_| Argument::name(context).into_token_stream());
        let function = self.argument.as_ref().map_or(self.function, |argument| argument.function);
        let arguments =
            judges.into_iter().chain(name).reduce(|judges, name| quote!(#judges, #name));
        context.guard(function, inner, arguments)
    }

    fn expressions(&self) -> Vec<&Expr> {
        let overload_err = self.judges.as_ref().and_then(|judges| judges.overload_err.as_ref());
        overload_err.map(|predicate| &predicate.expr).into_iter().collect()
    }

    fn evaluated_before(&self) -> Option<&Expr> {
        self.argument.as_ref().map(|argument| &argument.expr)
    }

    fn prepare(&self, context: &WrapContext<'_>) -> TokenStream {
        let Some(Argument { expr, convert, .. }) = &self.argument else {
            return TokenStream::new();
        };
        let (name, span) = (Argument::name(context), generated_span(expr.span()));
        let (runtime, convert) = (moved(context.runtime, span), Ident::new(convert, span));
        quote_spanned!(span=> let #name = #runtime::#convert(#expr);)
    }

    fn inspection(&self) -> Inspection {
        Inspection::Passed
    }

    fn waits(&self) -> Option<Span> {
        self.waits
    }

    fn shared(&self) -> Option<Span> {
        self.shared
    }

    fn keyed(&self) -> Option<&Keyed> {
        self.keyed.as_ref()
    }
}
