//! `#[fallback]`: its expressions, and how they answer for the call.

mod answer;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use self::answer::{answer, arguments, awaits, is_success, parameter};
use crate::attribute::options::code::{Callable, Predicate};
use crate::attribute::{Attribute, Blocking, Effect, Positional};
use crate::layer::call::{CallTokens, Edge, WrapContext};
use crate::layer::model::{Layer, LayerExpansion};
use crate::mode::Mode;
use crate::policies::option_table::options;
use crate::policies::reading::{Reader, Reading};
use crate::tokens::generated_span;

pub(crate) static READER: Reader = Reader { attribute: &ATTRIBUTE, read };

static ATTRIBUTE: Attribute = Attribute {
    name: "fallback",
    noun: "fallback",
    policy: "Fallback",
    config: "",
    options: OPTIONS,
    positional: Positional::List,
    likely: "when_err",
    misplaced: |_| None,
    effects: &[Effect::Reruns, Effect::Answers, Effect::Repeats],
    blocking: Blocking::Works,
};

options! {
    call when_err: Callable<1> = "|error| error.is_transient()";
    call inner: bool = "";
}

const ON_A_STATIC: &str =
    "a fallback is evaluated per call: write it on the function that it answers for";
const NO_ANSWER: &str = "a fallback has no default answer: write an expression of the return type, \
                         `#[fallback(Ok(Vec::new()))]` or `#[fallback(|error| self.from_cache(error).await)]`";

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let Options { when_err, inner } = Options::read(reading);
    let alternatives = reading.take_list();
    if reading.target.is_static() {
        reading.errors.at(reading.span, ON_A_STATIC);
    } else if alternatives.is_empty() && reading.is_clean() {
        reading.errors.at(reading.span, NO_ANSWER);
    }
    for expr in &alternatives {
        arguments(expr, reading);
    }
    let inner = inner.is_some_and(|option| option.literal() == Some(&true));
    vec![reading.layer(Fallback { alternatives, when_err, inner })]
}

struct Fallback {
    alternatives: Vec<Expr>,
    when_err: Option<Predicate>,
    /// It is meant to hide errors from the policies around it.
    inner: bool,
}

impl Fallback {
    /// Whether its last expression can't fail, so that no error is left to report.
    fn always_answers(&self) -> bool {
        self.alternatives.last().is_some_and(|last| is_success(answer(last)))
    }

    /// Whether nothing here needs a rejection as the function's error.
    fn takes_rejections(&self, context: &WrapContext<'_>) -> bool {
        self.always_answers()
            && self.when_err.is_none()
            && parameter(&self.alternatives[0]).is_none()
            && matches!(context.edge, Edge::From | Edge::Faults)
    }

    /// The call's own result, and the method that says whether it needs an answer. The latter is named at the filter,
    /// where the compiler rejects one that lets rejections through to a plain value.
    fn catch(
        &self,
        outcome: &TokenStream,
        context: &WrapContext<'_>,
    ) -> (TokenStream, TokenStream) {
        let inspector = context.inspector();
        if self.takes_rejections(context) {
            let catch = quote_spanned!(context.span=> __resilience_catch_outcome(__resilience_result, #inspector));
            return (outcome.clone(), catch);
        }
        let result = context.edge.result(outcome, context);
        let Some(Predicate { expr, .. }) = &self.when_err else {
            return (
                result,
                quote_spanned!(context.span=> __resilience_catch_all(__resilience_result, #inspector)),
            );
        };
        (
            result,
            quote_spanned!(generated_span(expr.span())=> __resilience_catch(__resilience_result, #expr)),
        )
    }

    /// `let error_1 = { … };`: the call's error, which the first expression answers for.
    fn first(&self, outcome: &TokenStream, context: &WrapContext<'_>) -> TokenStream {
        let (result, catch) = self.catch(outcome, context);
        let WrapContext { runtime, policy, span, .. } = context;
        let report =
            quote_spanned!(*span=> (#policy).step_in(1, #runtime::text!(&__resilience_error)););
        self.caught(1, &result, &catch, &report, context)
    }

    /// The same for expression number `step`, which answers for the error of the one before it.
    fn next(&self, step: usize, answer: &TokenStream, context: &WrapContext<'_>) -> TokenStream {
        let WrapContext { runtime, policy, span, .. } = context;
        let (failed, due) = (Literal::usize_unsuffixed(step - 1), Literal::usize_unsuffixed(step));
        let report = quote_spanned! {*span=>
            (#policy).failed(#failed, #runtime::text!(&__resilience_error));
            (#policy).step_in(#due, #runtime::text!(&__resilience_error));
        };
        let next = quote_spanned!(*span=> __resilience_next(__resilience_result));
        self.caught(step, answer, &next, &report, context)
    }

    /// Other results end the loop around it.
    fn caught(
        &self,
        step: usize,
        result: &TokenStream,
        method: &TokenStream,
        report: &TokenStream,
        context: &WrapContext<'_>,
    ) -> TokenStream {
        let WrapContext { runtime, output, span, .. } = context;
        // An error that is needed no more is dropped before anything is awaited.
        let is_kept = parameter(&self.alternatives[step - 1]).is_some()
            || (step == 1 && !self.always_answers());
        let error = error(step, *span);
        let bound = is_kept.then(|| quote_spanned!(*span=> let #error =));
        let kept = is_kept.then(|| quote_spanned!(*span=> __resilience_error));
        quote_spanned! {*span=>
            #bound {
                let __resilience_result = #result;
                match #runtime::ReturnType::<#output>::new().#method {
                    #runtime::Break(__resilience_result) => break __resilience_result,
                    #runtime::Continue(__resilience_error) => {
                        #report
                        #kept
                    }
                }
            };
        }
    }

    /// What the last expression's answer comes to: if it is none, the caller gets the first error.
    fn last(&self, answer: TokenStream, context: &WrapContext<'_>) -> TokenStream {
        if self.always_answers() {
            return answer;
        }
        let WrapContext { runtime, policy, output, span, .. } = context;
        let (first, step) = (error(1, *span), Literal::usize_unsuffixed(self.alternatives.len()));
        quote_spanned! {*span=> {
            let __resilience_result = #answer;
            #runtime::ReturnType::<#output>::new().__resilience_last(__resilience_result, #first, |__resilience_error| {
                (#policy).failed(#step, #runtime::text!(__resilience_error));
            })
        }}
    }

    /// Expression number `step` as a result of the function's type, in place.
    fn alternative(&self, step: usize, context: &WrapContext<'_>) -> TokenStream {
        let WrapContext { runtime, output, mode, .. } = context;
        let expr = &self.alternatives[step - 1];
        let span = generated_span(expr.span());
        let error = error(step, context.span);
        let binding = parameter(expr).map(|pattern| quote_spanned!(span=> let #pattern = &#error;));
        let body = answer(expr);
        match mode {
            Mode::Async => quote_spanned!(span=> async {
                if false { return #runtime::never::<#output>(); }
                #binding
                #body
            }.await),
            Mode::Blocking => quote_spanned!(span=> (|| -> #output { #binding #body })()),
        }
    }
}

/// The binding of the error that expression number `step` answers for.
fn error(step: usize, span: Span) -> Ident {
    format_ident!("__resilience_error_{step}", span = span)
}

impl LayerExpansion for Fallback {
    fn wrap(&self, inner: CallTokens, context: &WrapContext<'_>) -> CallTokens {
        let WrapContext { runtime, span, .. } = context;
        let span = *span;
        let mut steps = self.first(&inner.outcome(span), context);
        let count = self.alternatives.len();
        for step in 2..=count {
            steps.extend(self.next(step, &self.alternative(step - 1, context), context));
        }
        let last = self.last(self.alternative(count, context), context);
        // A loop that never comes round is a block that a `break` leaves, whatever its value is.
        CallTokens::Outcome(quote_spanned! {span=> {
            #[allow(unused_imports)]
            use #runtime::PlainReturn as _;
            #[allow(clippy::never_loop, clippy::let_unit_value)]
            let __resilience_result = loop {
                #steps
                break #last;
            };
            #runtime::answered(__resilience_result)
        }})
    }

    fn expressions(&self) -> Vec<&Expr> {
        let predicate = self.when_err.as_ref().map(|predicate| &predicate.expr);
        self.alternatives.iter().chain(predicate).collect()
    }

    fn is_total(&self) -> bool {
        self.alternatives.len() == 1
    }

    fn is_open_ended(&self) -> bool {
        self.alternatives.iter().any(awaits)
    }

    fn hides_errors(&self) -> bool {
        !self.inner
    }
}
