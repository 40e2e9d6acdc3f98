//! The loop of a retry, in the making: a timeout right around it limits its steps, and needs no future around them all.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

use crate::layer::future::FutureTokens;

/// A loop of attempts and pauses.
pub(crate) struct Attempts {
    pub(crate) runtime: TokenStream,
    /// What goes before it.
    pub(crate) first: TokenStream,
    /// An expression for a reference to the retry's instance.
    pub(crate) policy: TokenStream,
    /// The call of the method that ends an attempt.
    pub(crate) settle: TokenStream,
    pub(crate) span: Span,
}

impl Attempts {
    /// In an async function.
    pub(crate) fn outcome(self, inner: FutureTokens) -> TokenStream {
        let (runtime, span) = (&self.runtime, self.span);
        let attempt = inner
            .around(|inner| quote_spanned!(span=> #runtime::attempt(__resilience_attempts, #inner)))
            .awaited(span);
        self.looped(&attempt, &quote_spanned!(span=> __resilience_pause.await))
    }

    /// In a synchronous function.
    pub(crate) fn outcome_blocking(self, inner: &TokenStream) -> TokenStream {
        let Self { runtime, policy, span, .. } = &self;
        let attempt =
            quote_spanned!(*span=> #runtime::blocking::attempt(__resilience_attempts, || #inner));
        let pause = quote_spanned!(*span=> #runtime::blocking::pause(#policy, __resilience_pause));
        self.looped(&attempt, &pause)
    }

    /// The inner block ends before any sleep: an outcome that isn't `Send` is gone by then.
    fn looped(&self, attempt: &TokenStream, pause: &TokenStream) -> TokenStream {
        let Self { runtime, first, policy, settle, span } = self;
        quote_spanned! {*span=> {
            #first
            let mut __resilience_attempts = #runtime::begin(#policy);
            loop {
                let __resilience_pause = {
                    let __resilience_tried = #attempt;
                    match __resilience_tried.#settle {
                        #runtime::Break(__resilience_outcome) => break __resilience_outcome,
                        #runtime::Continue(__resilience_pause) => __resilience_pause,
                    }
                };
                __resilience_attempts = #pause;
            }
        }}
    }

    /// In an async function, under the limit that `total` begins.
    pub(crate) fn outcome_within(self, inner: FutureTokens, total: &TokenStream) -> TokenStream {
        let Self { runtime, first, policy, settle, span } = self;
        let attempt = inner
            .around(|inner| {
                quote_spanned! {span=> #runtime::within(
                    __resilience_total.as_mut(),
                    #runtime::attempt(__resilience_attempts, #inner),
                )}
            })
            .awaited(span);
        quote_spanned! {span=> '__resilience_total: {
            #first
            let mut __resilience_total = #runtime::pin!(#total);
            let __resilience_begun =
                #runtime::begin_within(&__resilience_total, || #runtime::begin(#policy));
            let mut __resilience_attempts = match __resilience_begun {
                #runtime::Break(__resilience_outcome) => break '__resilience_total __resilience_outcome,
                #runtime::Continue(__resilience_attempts) => __resilience_attempts,
            };
            loop {
                let __resilience_pause = {
                    let __resilience_tried = #attempt;
                    match #runtime::settle_within(
                        &__resilience_total,
                        __resilience_tried,
                        |__resilience_tried| __resilience_tried.#settle,
                    ) {
                        #runtime::Break(__resilience_outcome) => break __resilience_outcome,
                        #runtime::Continue(__resilience_pause) => __resilience_pause,
                    }
                };
                let __resilience_paused =
                    #runtime::within(__resilience_total.as_mut(), __resilience_pause).await;
                __resilience_attempts = match __resilience_paused {
                    #runtime::Break(__resilience_outcome) => break __resilience_outcome,
                    #runtime::Continue(__resilience_attempts) => __resilience_attempts,
                };
            }
        }}
    }
}
