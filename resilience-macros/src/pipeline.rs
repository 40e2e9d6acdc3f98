//! A shared standard pipeline around a call: which parts it has is known only when the program runs.

use proc_macro2::Span;
use quote::quote_spanned;
use syn::Expr;

use crate::judge::Judge;
use crate::model::{Meaning, Mode};
use crate::piece::{Piece, Site};

pub(crate) struct Pipeline {
    pub(crate) judge: Judge,
}

impl Meaning for Pipeline {
    fn wrap(&self, inner: Piece, site: &Site<'_>) -> Piece {
        let Site { runtime, policy, span, mode, .. } = site;
        if *mode == Mode::Blocking {
            return inner;
        }
        let (span, judge, inner) = (*span, self.judge.tokens(site), inner.future(*span));
        let attempt = quote_spanned! {span=>
            #runtime::either(
                parts.circuit_breaker,
                #runtime::either(parts.attempt_timeout, #inner, #runtime::timeout),
                |policy, inner| #runtime::circuit_breaker(policy, inner, #judge),
            )
        };
        let attempts = quote_spanned! {span=> async {
            let retry = #runtime::or_once(parts.retry);
            let mut attempts = #runtime::begin(retry);
            loop {
                let pause = {
                    let attempt = #attempt;
                    // Without a retry of its own, the attempt is that of whoever retries further out.
                    let tried = #runtime::attempt_if(parts.retry, attempts, attempt).await;
                    match tried.settle(retry, #judge) {
                        #runtime::Break(outcome) => break outcome,
                        #runtime::Continue(pause) => pause,
                    }
                };
                attempts = pause.await;
            }
        }};
        Piece::Outcome(quote_spanned! {span=> {
            let parts = #policy.parts();
            let limited = #runtime::either(parts.timeout, #attempts, #runtime::timeout);
            let admitted = #runtime::either(parts.bulkhead, limited, #runtime::bulkhead);
            #runtime::either(parts.rate_limit, admitted, #runtime::rate_limit).await
        }})
    }

    fn expressions(&self) -> Vec<&Expr> {
        self.judge.expressions()
    }

    fn reruns(&self) -> bool {
        true
    }

    fn needs_async(&self) -> Option<(Option<Span>, &'static str)> {
        Some((
            None,
            "a shared policy may have time limits, which a plain function cannot obey: make it `async`",
        ))
    }
}
