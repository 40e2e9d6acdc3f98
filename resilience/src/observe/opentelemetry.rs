//! To OpenTelemetry: observable instruments, whose values the SDK asks for when it exports; and span events.
//!
//! # Metrics
//!
//! ```
//! use opentelemetry::global;
//!
//! // Once, after the meter provider is set.
//! resilience::observe::opentelemetry::register(resilience::registry(), &global::meter("shop"));
//! ```
//!
//! Names and labels are those of the [table](super). OpenTelemetry has no observable histogram:
//! `resilience_call_duration_seconds` arrives as the counters `…_bucket` (with the attribute `le`), `…_count` and
//! `…_sum`, which Prometheus, once it has named them `…_total`, queries as it does a histogram's.
//!
//! An SDK drops series beyond a limit, often 2,000 an instrument; a circuit breaker has six in
//! `resilience_calls_total`. With more than some three hundred, raise the limit by a view.
//!
//! # Span events
//!
//! What happens to a call is an event on the span that its caller is in, as
//! [`Context::current`](::opentelemetry::Context::current) says; nothing has to be registered. Spans of `tracing` are
//! meant too, if `tracing-opentelemetry`'s layer activates their contexts, as it does by default. That layer may turn
//! the log lines of the same happenings into events besides: keep the targets `resilience::…` from it by a filter.
//!
//! | event | when | attributes |
//! |---|---|---|
//! | `resilience.retry` | a call is about to be tried again | `resilience.attempt` that failed, `resilience.delay_ms`, `resilience.error` |
//! | `resilience.rejected` | a policy rejects the call, or it times out | `resilience.rejection`, `resilience.delay_ms` until it makes sense to come back |
//! | `resilience.state_change` | the call changes a circuit breaker's state | `resilience.state`, `resilience.state.previous`, `resilience.cause`, `resilience.error` |
//! | `resilience.hedge` | one more attempt starts | `resilience.attempt` |
//! | `resilience.fallback` | a fallback answers | `resilience.step`, `resilience.error` |
//!
//! All have `resilience.policy.name` and `resilience.policy.kind`. An error is there if it can be shown, in one line. A call
//! outside of a span, and one that nothing happens to, pay nothing for it.

use ::opentelemetry::KeyValue;
use ::opentelemetry::metrics::{AsyncInstrument, Meter};

use super::collect::Collected;
use super::families::{FAMILIES, Family, Shape, buckets};
use super::sink::{Label, Sink};
use crate::histogram::Histogram;
use crate::registry::Registry;

/// Adds an instrument for each metric to `meter`, for as long as its provider lives.
///
/// Call it once for each provider: a second time, everything would be reported twice.
pub fn register(registry: &'static Registry, meter: &Meter) {
    for family in FAMILIES {
        let instruments = Instruments { registry, meter, family };
        match family.shape {
            Shape::Counter => instruments.counter("", |it| To::Values(it)),
            Shape::Gauge => instruments.gauge(),
            Shape::Seconds => instruments.seconds(),
            Shape::Histogram => {
                instruments.counter("_bucket", |it| To::Buckets(it));
                instruments.counter("_count", |it| To::Values(it));
                instruments.sum();
            }
        }
    }
}

/// What a family's instruments are made from.
struct Instruments<'m> {
    registry: &'static Registry,
    meter: &'m Meter,
    family: &'static Family,
}

/// What an instrument is for.
type Use = fn(&dyn AsyncInstrument<u64>) -> To<'_>;

impl Instruments<'_> {
    fn counter(&self, suffix: &str, part: Use) {
        let Self { registry, meter, family } = *self;
        meter
            .u64_observable_counter(format!("{}{suffix}", family.name))
            .with_description(family.help)
            .with_callback(move |it| read(registry, family, part(it)))
            .build();
    }

    fn gauge(&self) {
        let Self { registry, meter, family } = *self;
        meter
            .u64_observable_gauge(family.name)
            .with_description(family.help)
            .with_callback(move |it| read(registry, family, To::Values(it)))
            .build();
    }

    fn seconds(&self) {
        let Self { registry, meter, family } = *self;
        meter
            .f64_observable_gauge(family.name)
            .with_description(family.help)
            .with_unit("s")
            .with_callback(move |it| read(registry, family, To::Seconds(it)))
            .build();
    }

    fn sum(&self) {
        let Self { registry, meter, family } = *self;
        meter
            .f64_observable_counter(format!("{}_sum", family.name))
            .with_description(family.help)
            .with_unit("s")
            .with_callback(move |it| read(registry, family, To::Sum(it)))
            .build();
    }
}

fn read(registry: &Registry, family: &Family, to: To<'_>) {
    family.write_all(&Collected::at_once(registry), &mut Observed { to, shared: Vec::new() });
}

/// An instrument, and which part of the values it takes.
#[derive(Clone, Copy)]
enum To<'i> {
    /// Plain ones, and how many durations there are.
    Values(&'i dyn AsyncInstrument<u64>),
    Buckets(&'i dyn AsyncInstrument<u64>),
    Sum(&'i dyn AsyncInstrument<f64>),
    /// Durations that are no histogram.
    Seconds(&'i dyn AsyncInstrument<f64>),
}

struct Observed<'i> {
    to: To<'i>,
    shared: Vec<KeyValue>,
}

impl Observed<'_> {
    fn with(&self, own: &[Label]) -> Vec<KeyValue> {
        self.shared.iter().cloned().chain(own.iter().map(theirs)).collect()
    }
}

impl Sink for Observed<'_> {
    fn series(&mut self, shared: &[Label]) {
        self.shared = shared.iter().map(theirs).collect();
    }

    fn value(&mut self, own: &[Label], value: u64) {
        if let To::Values(instrument) = self.to {
            instrument.observe(value, &self.with(own));
        }
    }

    fn seconds(&mut self, own: &[Label], seconds: f64) {
        if let To::Seconds(instrument) = self.to {
            instrument.observe(seconds, &self.with(own));
        }
    }

    fn durations(&mut self, durations: &Histogram) {
        match self.to {
            To::Values(instrument) => instrument.observe(durations.count(), &self.shared),
            To::Seconds(_) => {}
            To::Sum(instrument) => {
                instrument.observe(durations.sum().as_secs_f64(), &self.shared);
            }
            To::Buckets(instrument) => {
                for (bound, so_far) in buckets(durations) {
                    instrument.observe(so_far, &self.with(&[("le", bound)]));
                }
            }
        }
    }
}

fn theirs((name, value): &Label) -> KeyValue {
    KeyValue::new(*name, *value)
}
