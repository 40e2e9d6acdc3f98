//! `#[fallback]`: its expressions, and how they answer for the call.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Expr;
use syn::spanned::Spanned;

use crate::attribute::options::code::{Callable, Predicate};
use crate::attribute::options::value::transparent;
use crate::attribute::{Attribute, Blocking, Effect, Positional};
use crate::layer::call::{CallTokens, WrapContext};
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
        arity(expr, reading);
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
    /// The method that says whether `result` needs an answer, and its arguments. It is named at the filter, where the
    /// compiler rejects one that lets rejections through to a plain value.
    fn catch(&self, result: &TokenStream, context: &WrapContext<'_>) -> TokenStream {
        let Some(Predicate { expr, .. }) = &self.when_err else {
            return quote_spanned!(context.span=> catch_all(#result));
        };
        quote_spanned!(generated_span(expr.span())=> catch(#result, #expr))
    }

    /// `let error = { … };`: the error that step number `step` hides. Other results end the loop around it.
    fn caught(&self, step: usize, result: &TokenStream, context: &WrapContext<'_>) -> TokenStream {
        let WrapContext { runtime, policy, output, span, .. } = context;
        let catch = self.catch(&quote_spanned!(*span=> result), context);
        let number = proc_macro2::Literal::usize_unsuffixed(step);
        // An error that no expression sees is dropped before anything is awaited.
        let (bound, kept) = match parameter(&self.alternatives[step - 1]) {
            Some(_) => {
                (Some(quote_spanned!(*span=> let error =)), Some(quote_spanned!(*span=> error)))
            }
            None => (None, None),
        };
        quote_spanned! {*span=>
            #bound {
                let result = #result;
                match #runtime::ReturnType::<#output>::new().#catch {
                    #runtime::Break(result) => break result,
                    #runtime::Continue(error) => {
                        (#policy).step_in(#number, (&#runtime::Shown(&error)).hidden());
                        #kept
                    }
                }
            };
        }
    }

    /// One expression as a result of the function's type, in place.
    fn alternative(expr: &Expr, context: &WrapContext<'_>) -> TokenStream {
        let WrapContext { runtime, output, mode, .. } = context;
        let span = generated_span(expr.span());
        let (binding, body) = match parameter(expr) {
            Some((pattern, body)) => (Some(quote_spanned!(span=> let #pattern = &error;)), body),
            None => (None, expr),
        };
        // Braces that rustfmt puts around a long body would be ones too many.
        let body = transparent(body);
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

/// A closure that is no function of the error.
fn arity(expr: &Expr, reading: &mut Reading<'_>) {
    if let Expr::Closure(closure) = transparent(expr)
        && closure.inputs.len() != 1
    {
        let (begin, inputs, end) = (&closure.inputs_begin, &closure.inputs, &closure.inputs_end);
        let head = quote::quote!(#begin #inputs #end);
        let text = format!(
            "this closure takes {} arguments, but is called with the error: write `|error| …`, or \
             the expression alone",
            inputs.len(),
        );
        reading.errors.on(head, text);
    }
}

/// The parameter and the body of `|error| …`.
fn parameter(expr: &Expr) -> Option<(&syn::Pat, &Expr)> {
    match transparent(expr) {
        Expr::Closure(closure) if closure.inputs.len() == 1 => {
            closure.inputs.first().map(|pattern| (pattern, &*closure.body))
        }
        _ => None,
    }
}

impl LayerExpansion for Fallback {
    fn wrap(&self, inner: CallTokens, context: &WrapContext<'_>) -> CallTokens {
        let WrapContext { runtime, span, edge, .. } = context;
        let span = *span;
        let outcome = inner.outcome(span);
        let mut result = edge.result(&outcome, context);
        let mut steps = TokenStream::new();
        for (index, expr) in self.alternatives.iter().enumerate() {
            steps.extend(self.caught(index + 1, &result, context));
            result = Self::alternative(expr, context);
        }
        CallTokens::Outcome(quote_spanned! {span=> {
            #[allow(unused_imports)]
            use #runtime::{Hidden as _, PlainReturn as _, Unseen as _};
            #[allow(clippy::never_loop, clippy::let_unit_value)]
            let result = loop {
                #steps
                break #result;
            };
            #runtime::answered(result)
        }})
    }

    fn expressions(&self) -> Vec<&Expr> {
        let predicate = self.when_err.as_ref().map(|predicate| &predicate.expr);
        self.alternatives.iter().chain(predicate).collect()
    }

    fn is_total(&self) -> bool {
        self.alternatives.len() == 1
    }

    fn hides_errors(&self) -> bool {
        !self.inner
    }
}
