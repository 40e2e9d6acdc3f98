//! The predicates that tell a failure from a success: one vocabulary for every policy that judges.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
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
    /// A function from an outcome to a verdict.
    pub(crate) fn tokens(&self, context: &WrapContext<'_>) -> TokenStream {
        let WrapContext { runtime, output, .. } = context;
        let Some(first) = self.expressions().first().map(Spanned::span) else {
            let span = generated_span(output.span());
            let runtime = moved(runtime, span);
            // A closure: as a path it would be one more bound for the compiler to complain about.
            return quote_spanned!(span=> |outcome: &_| #runtime::by_default(outcome));
        };
        let span = generated_span(first);
        let runtime = moved(runtime, span);
        if let Self {
            when_err: Some(SpannedValue { expr, .. }),
            when_ok: None,
            ignore_err: None,
            when_rejected: None,
        } = self
        {
            return quote_spanned!(span=> |outcome: &_| #runtime::when_err(outcome, #expr));
        }
        let or = |predicate: &Option<Predicate>, default: &str| {
            if let Some(SpannedValue { expr, .. }) = predicate {
                return expr.to_token_stream();
            }
            let default = proc_macro2::Ident::new(default, span);
            quote_spanned!(span=> #runtime::#default)
        };
        let when_err = or(&self.when_err, "always");
        let when_ok = or(&self.when_ok, "no");
        let ignore_err = or(&self.ignore_err, "no");
        let when_rejected = or(&self.when_rejected, "timed_out");
        quote_spanned! {span=>
            |outcome: &_| #runtime::judge(outcome, #when_err, #when_ok, #ignore_err, #when_rejected)
        }
    }

    pub(crate) fn expressions(&self) -> Vec<&Expr> {
        [&self.when_err, &self.when_ok, &self.ignore_err, &self.when_rejected]
            .into_iter()
            .filter_map(|predicate| Some(&predicate.as_ref()?.expr))
            .collect()
    }
}
