//! A shared standard pipeline around a call: which parts it has is known only when the program runs.

use quote::quote_spanned;
use syn::Expr;

use crate::layer::call::{CallTokens, WrapContext};
use crate::layer::model::LayerExpansion;
use crate::layer::predicates::Predicates;
use crate::mode::Mode;

pub(crate) struct Pipeline {
    pub(crate) predicates: Predicates,
}

impl LayerExpansion for Pipeline {
    fn wrap(&self, inner: CallTokens, context: &WrapContext<'_>) -> CallTokens {
        let WrapContext { runtime, policy, span, mode, .. } = context;
        if *mode == Mode::Blocking {
            return inner;
        }
        let (span, predicates, inner) =
            (*span, self.predicates.tokens(context), inner.future(*span));
        let attempt = quote_spanned! {span=>
            #runtime::either(
                parts.circuit_breaker,
                #runtime::either(parts.attempt_timeout, #inner, #runtime::timeout),
                |policy, inner| #runtime::circuit_breaker(policy, inner, #predicates),
            )
        };
        let attempts = quote_spanned! {span=> async {
            let retry = #runtime::or_once(parts.retry);
            let mut attempts = #runtime::begin(retry);
            loop {
                let pause = {
                    let attempt = #attempt;
                    // Without a retry of its own, the attempt is that of a retry further out.
                    let tried = #runtime::attempt_if(parts.retry, attempts, attempt).await;
                    match tried.settle(retry, #predicates) {
                        #runtime::Break(outcome) => break outcome,
                        #runtime::Continue(pause) => pause,
                    }
                };
                attempts = pause.await;
            }
        }};
        CallTokens::Outcome(quote_spanned! {span=> {
            let parts = #policy.parts();
            let admitted = #runtime::either(parts.bulkhead, #attempts, #runtime::bulkhead);
            let limited = #runtime::either(parts.rate_limit, admitted, #runtime::rate_limit);
            #runtime::either(parts.timeout, limited, #runtime::timeout).await
        }})
    }

    fn expressions(&self) -> Vec<&Expr> {
        self.predicates.expressions()
    }
}
