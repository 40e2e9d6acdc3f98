//! `#[circuit_breaker]`: its options, what they mean together, and how it wraps a call.

use std::time::Duration;

use darling::FromMeta;
use syn::Expr;

use crate::attribute::{Attribute, Known, Positional};
use crate::diagnostics::Diagnostics;
use crate::judge::Judge;
use crate::keyed::{Keyed, Keys};
use crate::model::{Layer, Meaning};
use crate::options::{Function, Positive, Predicate, Ratio, Window, Written};
use crate::piece::{Piece, Site};
use crate::reading::Reading;

pub(crate) static ATTRIBUTE: Attribute = Attribute {
    name: "circuit_breaker",
    noun: "circuit breaker",
    policy: "CircuitBreaker",
    config: "CircuitBreakerConfig",
    options: &[
        Known::construction("failure_rate", "0.5"),
        Known::construction("min_calls", "5"),
        Known::construction("window", "\"10s\""),
        Known::construction("consecutive_failures", "5"),
        Known::construction("slow_call", "\"1s\""),
        Known::construction("slow_rate", "1.0"),
        Known::construction("open_for", "\"60s\""),
        Known::construction("max_open_for", "\"10m\""),
        Known::construction("half_open_calls", "1"),
        Known::construction("half_open_for", "\"60s\""),
        Known::construction("trip_when", "|counts| counts.failures > 10"),
        Known::construction("on_state_change", "|change| println!(\"{change:?}\")"),
        Known::construction("critical", ""),
        Known::construction("latency", ""),
        Known::call("key", "host"),
        Known::construction("max_keys", "10_000"),
        Known::call("when_err", "|error| error.is_transient()"),
        Known::call("when_ok", "|value| value.is_stale()"),
        Known::call("ignore_err", "|error| error.is_not_found()"),
        Known::call("when_rejected", "|rejection| true"),
    ],
    positional: Positional::None,
    likely: "consecutive_failures",
    read,
};

/// The runtime's default, which `max_open_for` is held against.
const OPEN_FOR: Duration = Duration::from_secs(60);

#[derive(Default, FromMeta)]
struct Options {
    failure_rate: Option<Written<Ratio>>,
    min_calls: Option<Written<u32>>,
    window: Option<Written<Window>>,
    consecutive_failures: Option<Written<u32>>,
    slow_call: Option<Written<Positive>>,
    slow_rate: Option<Written<Ratio>>,
    open_for: Option<Written<Positive>>,
    max_open_for: Option<Written<Positive>>,
    half_open_calls: Option<Written<u32>>,
    half_open_for: Option<Written<Positive>>,
    trip_when: Option<Written<Function<1>>>,
    on_state_change: Option<Written<Function<1>>>,
    critical: Option<Written<bool>>,
    latency: Option<Written<bool>>,
    when_err: Option<Predicate>,
    when_ok: Option<Predicate>,
    ignore_err: Option<Predicate>,
    when_rejected: Option<Predicate>,
    #[darling(flatten)]
    keys: Keys,
}

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let mut options: Options = reading.options();
    options.set(reading);
    options.contradictions(reading.is_complete(), reading.errors);
    let keyed = std::mem::take(&mut options.keys).read(reading);
    vec![reading.layer(CircuitBreaker { judge: options.judge(), keyed })]
}

impl Options {
    fn set(&self, reading: &mut Reading<'_>) {
        reading.set(&self.failure_rate);
        reading.set(&self.min_calls);
        reading.set(&self.window);
        reading.set(&self.consecutive_failures);
        reading.set(&self.slow_call);
        reading.set(&self.slow_rate);
        reading.set(&self.open_for);
        reading.set(&self.max_open_for);
        reading.set(&self.half_open_calls);
        reading.set(&self.half_open_for);
        reading.set(&self.trip_when);
        reading.set(&self.on_state_change);
        reading.set(&self.critical);
        reading.set(&self.latency);
        for predicate in [&self.when_err, &self.when_ok, &self.ignore_err, &self.when_rejected] {
            reading.check(predicate);
        }
    }

    fn contradictions(&self, complete: bool, errors: &mut Diagnostics) {
        self.more_calls_than_the_window_holds(errors);
        self.shrinking_open_period(complete, errors);
        if let Some(option) =
            self.slow_rate.as_ref().filter(|_| complete && self.slow_call.is_none())
        {
            errors.at(
                option.key.span(),
                "`slow_rate` needs to know what is slow: add `slow_call = \"1s\"`",
            );
        }
    }

    fn more_calls_than_the_window_holds(&self, errors: &mut Diagnostics) {
        let Some(&Window::Calls(window)) = self.window.as_ref().and_then(Written::literal) else {
            return;
        };
        let Some(option) = &self.min_calls else { return };
        if option.literal().is_some_and(|&min_calls| min_calls > window) {
            errors.at(option.key.span(), format!(
                "a window of {window} calls never holds that many: write `min_calls = {window}` \
                 or less"
            ));
        }
    }

    fn shrinking_open_period(&self, complete: bool, errors: &mut Diagnostics) {
        let default = complete.then_some(Positive(OPEN_FOR));
        let open_for = match &self.open_for {
            Some(option) => option.literal().copied(),
            None => default,
        };
        let (Some(Positive(open_for)), Some(option)) = (open_for, &self.max_open_for) else {
            return;
        };
        if option.literal().is_some_and(|max| max.0 < open_for) {
            errors.at(
                option.key.span(),
                format!(
                    "`max_open_for` is shorter than `open_for`, {open_for:?}: write at least \
                 \"{open_for:?}\""
                ),
            );
        }
    }

    fn judge(self) -> Judge {
        Judge {
            when_err: self.when_err,
            when_ok: self.when_ok,
            ignore_err: self.ignore_err,
            when_rejected: self.when_rejected,
        }
    }
}

struct CircuitBreaker {
    judge: Judge,
    keyed: Option<Keyed>,
}

impl Meaning for CircuitBreaker {
    fn wrap(&self, inner: Piece, site: &Site<'_>) -> Piece {
        let judge = self.judge.tokens(site);
        site.guard("circuit_breaker", inner, Some(judge))
    }

    fn expressions(&self) -> Vec<&Expr> {
        self.judge.expressions()
    }

    fn keyed(&self) -> Option<&Keyed> {
        self.keyed.as_ref()
    }
}
