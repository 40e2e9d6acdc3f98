//! The predicates that tell a failure from a success: one vocabulary for every policy that judges.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::Expr;
use syn::spanned::Spanned;

use crate::attribute::options::code::Predicate;
use crate::attribute::options::value::SpannedValue;
use crate::layer::call::WrapContext;
use crate::tokens::{generated_span, moved};

/// The predicates of one attribute. Those that were not written have the runtime's defaults.
#[derive(Default)]
pub(crate) struct Predicates {
    pub(crate) when_err: Option<Predicate>,
    pub(crate) when_ok: Option<Predicate>,
    pub(crate) ignore_err: Option<Predicate>,
    pub(crate) when_rejected: Option<Predicate>,
}

impl Predicates {
    /// What reads the defaults from an outcome, and a function from an outcome that is being judged to a verdict.
    pub(crate) fn tokens(&self, context: &WrapContext<'_>) -> TokenStream {
        let inspector = context.inspector();
        let Some(first) = self.expressions().first().map(Spanned::span) else {
            let span = generated_span(context.output.span());
            let runtime = moved(context.runtime, span);
            // A closure: as a path it would be one more bound for the compiler to complain about.
            return quote_spanned!(span=> #inspector, |__resilience_judging| #runtime::by_default(__resilience_judging));
        };
        let span = generated_span(first);
        let asked = self.asked(span);
        quote_spanned!(span=> #inspector, |__resilience_judging| __resilience_judging #asked.verdict())
    }

    /// `ignore_err` is asked first, and rejections last: of an error, too, they are what no predicate has decided on.
    fn asked(&self, span: Span) -> TokenStream {
        let Self { when_err, when_ok, ignore_err, when_rejected } = self;
        let asked = [
            ("ignore_err", ignore_err),
            ("when_err", when_err),
            ("when_ok", when_ok),
            ("when_rejected", when_rejected),
        ];
        let written = asked.into_iter().filter_map(|(name, option)| Some((name, option.as_ref()?)));
        written
            .map(|(name, SpannedValue { expr, .. })| {
                let name = Ident::new(name, generated_span(expr.span()));
                quote_spanned!(span=> .#name(#expr))
            })
            .collect()
    }

    pub(crate) fn expressions(&self) -> Vec<&Expr> {
        [&self.when_err, &self.when_ok, &self.ignore_err, &self.when_rejected]
            .into_iter()
            .filter_map(|predicate| Some(&predicate.as_ref()?.expr))
            .collect()
    }
}
