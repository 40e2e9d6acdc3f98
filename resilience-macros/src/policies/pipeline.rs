//! A shared standard pipeline around a call: which parts it has is known only when the program runs.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::Expr;

use crate::layer::call::{CallTokens, WrapContext};
use crate::layer::model::LayerExpansion;
use crate::layer::predicates::Predicates;
use crate::mode::Mode;
use crate::tokens::quiet_underscores;

pub(crate) struct Pipeline {
    pub(crate) predicates: Predicates,
}

impl LayerExpansion for Pipeline {
    fn wrap(&self, inner: CallTokens, context: &WrapContext<'_>) -> CallTokens {
        let WrapContext { runtime, span, mode, rebound, .. } = context;
        let quiet = rebound.iter().map(|name| quiet_underscores(&[*name]));
        if *mode == Mode::Blocking {
            return inner;
        }
        let (span, predicates) = (*span, self.predicates.tokens(context));
        // Without a retry of its own, the attempt is that of a retry further out.
        let attempt = inner.future(span).around(|inner| quote_spanned! {span=>
            #runtime::attempt_if(
                __resilience_parts.retry,
                __resilience_attempts,
                #runtime::either(
                    __resilience_parts.circuit_breaker,
                    #runtime::either(__resilience_parts.attempt_timeout, #inner, #runtime::timeout),
                    |__resilience_policy, __resilience_inner| #runtime::circuit_breaker(__resilience_policy, __resilience_inner, #predicates),
                ),
            )
        }).awaited(span);
        let attempts = quote_spanned! {span=> async {
            #(#quiet let #rebound = #rebound;)*
            let __resilience_retry = #runtime::or_once(__resilience_parts.retry);
            let mut __resilience_attempts = #runtime::begin(__resilience_retry);
            loop {
                let __resilience_pause = {
                    let __resilience_tried = #attempt;
                    match __resilience_tried.settle(__resilience_retry, #predicates) {
                        #runtime::Break(__resilience_outcome) => break __resilience_outcome,
                        #runtime::Continue(__resilience_pause) => __resilience_pause,
                    }
                };
                __resilience_attempts = __resilience_pause.await;
            }
        }};
        admitted(&attempts, context)
    }

    fn expressions(&self) -> Vec<&Expr> {
        self.predicates.expressions()
    }
}

/// The parts around all attempts.
fn admitted(attempts: &TokenStream, context: &WrapContext<'_>) -> CallTokens {
    let WrapContext { runtime, policy, span, .. } = context;
    let inspector = context.inspector();
    CallTokens::Outcome(quote_spanned! {*span=> {
        let __resilience_parts = #runtime::Pipeline::parts(#policy);
        let __resilience_admitted = #runtime::either(__resilience_parts.bulkhead, #attempts, |__resilience_slots, __resilience_inner| {
            #runtime::bulkhead(__resilience_slots, __resilience_inner, #inspector, |_| false)
        });
        let __resilience_limited = #runtime::either(__resilience_parts.rate_limit, __resilience_admitted, #runtime::rate_limit);
        #runtime::either(__resilience_parts.timeout, __resilience_limited, #runtime::timeout).await
    }})
}
