//! `#[bulkhead]`: its options, what they mean together, and how it wraps a call.

use proc_macro2::{Ident, Span, TokenStream};
use syn::Lit;

use crate::attribute::options::choice::{Choice, Words};
use crate::attribute::options::code::Callable;
use crate::attribute::options::duration::Positive;
use crate::attribute::options::samples::{SampleWindow, Samples, Tolerance};
use crate::attribute::options::shares::Shares;
use crate::attribute::options::value::{SpannedValue, Value};
use crate::attribute::{Attribute, Blocking, Effect, Positional};
use crate::diagnostics::Diagnostics;
use crate::grammar::QUEUE_ALONE;
use crate::layer::model::Layer;
use crate::policies::admission::{AdmissionLayer, Argument, Judges, waits};
use crate::policies::keys::{Key, keyed};
use crate::policies::option_table::options;
use crate::policies::reading::{Reader, Reading};

pub(crate) static READER: Reader = Reader { attribute: &ATTRIBUTE, read };

static ATTRIBUTE: Attribute = Attribute {
    name: "bulkhead",
    noun: "bulkhead",
    policy: "Bulkhead",
    config: "BulkheadConfig",
    options: OPTIONS,
    positional: Positional::None,
    likely: "max_concurrent",
    misplaced: |_| None,
    effects: &[Effect::Rejects],
    blocking: Blocking::WaitsNot(NOT_ASYNC),
};

options! {
    set max_concurrent: u32 = "25";
    set max_wait: Positive = "\"100ms\"";
    set max_queue: u32 = "50";
    set queue: Choice<QueueOrder> = "adaptive";
    set queue_target: Positive = "\"5ms\"";
    set shares: Shares = "[0.7, 0.85, 1.0, 1.0]";
    set adaptive: bool = "";
    set min_concurrent: u32 = "1";
    set initial: u32 = "20";
    set tolerance: Tolerance = "1.5";
    set window: SampleWindow = "\"100ms\"";
    set min_samples: Samples = "50";
    set max_latency: Positive = "\"1s\"";
    call overload_err: Callable<1> = "|error| error.is_overload()";
    call priority: Importance = "Priority::Sheddable";
    call key: Key = "tenant";
    own max_keys: u32 = "10_000";
}

const NO_PRIORITY: &str = "a priority is an expression: write one like `Priority::Sheddable`";
const NOT_ASYNC: &str = "a synchronous function cannot wait for a slot: remove `max_wait`, or make the function `async`";
const NO_ORDER: &str = "needs `max_wait`, which says how long a call may wait: add `max_wait = \"100ms\"` \
                        (a synchronous function cannot wait: leave it out there)";
const NOT_ADAPTIVE: &str = "needs `adaptive`, which lets the limit find itself: add `adaptive`";
/// The runtime's defaults, which other limits are held against.
const CEILING: u32 = 200;
const INITIAL: u32 = 20;

/// An expression of the call, which only the compiler can check.
#[derive(Debug)]
enum Importance {}

impl Value for Importance {
    const CHECK: Option<&'static str> = None;

    fn read(_: &Lit, _: bool) -> Result<Self, String> {
        Err(NO_PRIORITY.into())
    }

    fn tokens(&self, _: Span, _: &TokenStream) -> TokenStream {
        match *self {}
    }
}

/// The words for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum QueueOrder {
    Fifo,
    Adaptive,
}

impl Words for QueueOrder {
    const TYPE: &'static str = "QueueOrder";
    const WORDS: &'static [(&'static str, Self, &'static str)] =
        &[("fifo", Self::Fifo, "Fifo"), ("adaptive", Self::Adaptive, "Adaptive")];
}

fn read(reading: &mut Reading<'_>) -> Vec<Layer> {
    let options = Options::read(reading);
    if reading.is_complete() {
        options.queue_without_wait(reading.errors);
        options.not_adaptive(reading.errors);
        options.crossed_limits(reading.errors);
    }
    let Options { max_wait, overload_err, priority, key, max_keys, .. } = options;
    let argument = priority.map(|priority| Argument {
        expr: priority.expr,
        convert: "priority",
        function: "bulkhead_priority",
    });
    let keyed = keyed(key, max_keys, reading);
    let (function, waits) = ("bulkhead", waits(max_wait));
    let judges = Some(Judges { overload_err });
    vec![reading.layer(AdmissionLayer { function, judges, argument, waits, shared: None, keyed })]
}

impl Options {
    fn queue_without_wait(&self, errors: &mut Diagnostics) {
        if self.max_wait.is_some() {
            return;
        }
        if let Some(queue) = &self.max_queue {
            errors.at(queue.key.span(), QUEUE_ALONE);
        }
        for key in [key(self.queue.as_ref()), key(self.queue_target.as_ref())].into_iter().flatten()
        {
            errors.at(key.span(), format!("`{key}` {NO_ORDER}"));
        }
    }

    /// Options of an adaptive limit beside a fixed one.
    fn not_adaptive(&self, errors: &mut Diagnostics) {
        if self.is_adaptive() {
            return;
        }
        let keys = [
            key(self.min_concurrent.as_ref()),
            key(self.initial.as_ref()),
            key(self.tolerance.as_ref()),
            key(self.window.as_ref()),
            key(self.min_samples.as_ref()),
            key(self.max_latency.as_ref()),
            key(self.overload_err.as_ref()),
        ];
        for key in keys.into_iter().flatten() {
            errors.at(key.span(), format!("`{key}` {NOT_ADAPTIVE}"));
        }
    }

    fn crossed_limits(&self, errors: &mut Diagnostics) {
        if !self.is_adaptive() {
            return;
        }
        let Some(most) = known(self.max_concurrent.as_ref(), CEILING) else { return };
        let Some(least) = known(self.min_concurrent.as_ref(), 1) else { return };
        let first = known(self.initial.as_ref(), INITIAL.min(most).max(least));
        if let (Some(initial), Some(first)) = (&self.initial, first.filter(|first| *first > most)) {
            let text =
                format!("the limit begins at {first}, above `max_concurrent`, which is {most}");
            errors.at(initial.key.span(), text);
        }
        let Some(minimum) = &self.min_concurrent else { return };
        if least > most {
            let text = format!("this minimum is above `max_concurrent`, which is {most}");
            errors.at(minimum.key.span(), text);
        } else if let Some(first) = first.filter(|first| *first < least) {
            let text = format!(
                "the limit begins at {first}, below this minimum of {least}: write `initial = {least}` or more"
            );
            errors.at(minimum.key.span(), text);
        }
    }

    fn is_adaptive(&self) -> bool {
        self.adaptive.as_ref().is_some_and(|flag| flag.literal() != Some(&false))
    }
}

/// The key of an option that was written.
fn key<T>(option: Option<&SpannedValue<T>>) -> Option<&Ident> {
    option.map(|option| &option.key)
}

/// The value of an option, where it is known now.
fn known(option: Option<&SpannedValue<u32>>, default: u32) -> Option<u32> {
    option.map_or(Some(default), |option| option.literal().copied())
}
