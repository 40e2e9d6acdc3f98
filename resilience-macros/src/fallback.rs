//! `#[fallback]`: its expressions, and how they answer for the call.

use darling::FromMeta;
use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Expr;
use syn::spanned::Spanned;

use crate::attribute::{Attribute, Known, Positional};
use crate::model::{Layer, Meaning, Mode};
use crate::options::{Predicate, Written, quiet, transparent};
use crate::piece::{Piece, Site};
use crate::reading::Reading;

pub(crate) static ATTRIBUTE: Attribute = Attribute {
    name: "fallback",
    noun: "fallback",
    policy: "Fallback",
    config: "",
    options: &[Known::call("when_err", "|error| error.is_transient()"), Known::call("inner", "")],
    positional: Positional::List,
    likely: "when_err",
    read,
};

#[derive(Default, FromMeta)]
struct Options {
    when_err: Option<Predicate>,
    inner: Option<Written<bool>>,
}

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let Options { when_err, inner } = reading.options();
    reading.check(&when_err);
    reading.check(&inner);
    let alternatives = reading.take_list();
    if reading.place.is_static() {
        reading.errors.at(
            reading.span,
            "a fallback sees the call: write it on the function that \
            it answers for",
        );
    } else if alternatives.is_empty() && reading.is_clean() {
        reading.errors.at(
            reading.span,
            "only you know what to answer instead: write an expression of the return type, \
             `#[fallback(Ok(Vec::new()))]` or `#[fallback(|error| self.from_cache(error).await)]`",
        );
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
    /// compiler finds fault with one that lets refusals through to a plain value.
    fn catch(&self, result: &TokenStream, site: &Site<'_>) -> TokenStream {
        let Some(Predicate { expr, .. }) = &self.when_err else {
            return quote_spanned!(site.span=> catch_all(#result));
        };
        quote_spanned!(quiet(expr.span())=> catch(#result, #expr))
    }

    /// `let error = { … };`: the error that step number `step` hides. Other ways out end the loop around it.
    fn caught(&self, step: usize, result: &TokenStream, site: &Site<'_>) -> TokenStream {
        let Site { runtime, policy, output, span, .. } = site;
        let catch = self.catch(&quote_spanned!(*span=> result), site);
        let number = proc_macro2::Literal::usize_unsuffixed(step);
        // An error that nobody looks at is gone before anything is awaited.
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
    fn alternative(expr: &Expr, site: &Site<'_>) -> TokenStream {
        let Site { runtime, output, mode, .. } = site;
        let span = quiet(expr.span());
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

impl Meaning for Fallback {
    fn wrap(&self, inner: Piece, site: &Site<'_>) -> Piece {
        let Site { runtime, span, edge, .. } = site;
        let span = *span;
        let outcome = inner.outcome(span);
        let mut result = edge.result(&outcome, site);
        let mut steps = TokenStream::new();
        for (index, expr) in self.alternatives.iter().enumerate() {
            steps.extend(self.caught(index + 1, &result, site));
            result = Self::alternative(expr, site);
        }
        Piece::Outcome(quote_spanned! {span=> {
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

    fn refuses(&self) -> bool {
        false
    }

    fn absorbs(&self) -> bool {
        true
    }

    fn is_total(&self) -> bool {
        self.alternatives.len() == 1
    }

    fn hides_errors(&self) -> bool {
        !self.inner
    }

    fn reruns(&self) -> bool {
        true
    }

    fn repeats(&self) -> bool {
        true
    }
}
