//! For the `metrics` facade: counters and gauges for its recorder, whichever it is.
//!
//! A call still pays nothing: [`publish`] reads the registry and hands the totals on. Call it before each scrape, or
//! now and then:
//!
//! ```
//! use std::time::Duration;
//! use resilience::{observe, registry};
//!
//! /// Spawn it once a recorder is installed.
//! async fn keep_published() {
//!     observe::metrics::describe();
//!     let mut every = tokio::time::interval(Duration::from_secs(10));
//!     loop {
//!         every.tick().await;
//!         observe::metrics::publish(registry());
//!     }
//! }
//! ```
//!
//! Names and labels are those of the [table](super). Counters are set to their totals. The facade's histograms take
//! single values, which are not kept: `resilience_call_duration_seconds` arrives as the counters `…_bucket` (with
//! the label `le`) and `…_count` and the gauge `…_sum`, which Prometheus queries as it does a histogram's.

use ::metrics::{Label as Theirs, Unit, counter, describe_counter, describe_gauge, gauge};

use super::collect::Collected;
use super::families::{FAMILIES, Family, Shape, buckets};
use super::sink::{Label, Sink};
use crate::histogram::Histogram;
use crate::registry::Registry;

/// Describes each metric to the recorder. Once is enough.
pub fn describe() {
    for Family { name, help, shape, .. } in FAMILIES {
        match shape {
            Shape::Counter => describe_counter!(*name, Unit::Count, *help),
            Shape::Gauge => describe_gauge!(*name, Unit::Count, *help),
            Shape::Seconds => describe_gauge!(*name, Unit::Seconds, *help),
            Shape::Histogram => {
                describe_counter!(format!("{name}_bucket"), Unit::Count, *help);
                describe_counter!(format!("{name}_count"), Unit::Count, *help);
                describe_gauge!(format!("{name}_sum"), Unit::Seconds, *help);
            }
        }
    }
}

/// Sets every metric of the recorder to its present value. Without a recorder nothing happens.
///
/// Each series costs a key, built and looked up by the recorder: with thousands of policies call it no more often than
/// it is read.
pub fn publish(registry: &Registry) {
    let all = Collected::at_once(registry);
    for family in FAMILIES {
        family.write_all(&all, &mut Recorded { family, shared: Vec::new() });
    }
}

struct Recorded {
    family: &'static Family,
    shared: Vec<Theirs>,
}

impl Recorded {
    fn labels(&self, own: &[Label]) -> Vec<Theirs> {
        self.shared.iter().cloned().chain(own.iter().map(theirs)).collect()
    }
}

impl Sink for Recorded {
    fn series(&mut self, shared: &[Label]) {
        self.shared = shared.iter().map(theirs).collect();
    }

    fn value(&mut self, own: &[Label], value: u64) {
        let (name, labels) = (self.family.name, self.labels(own));
        if self.family.shape == Shape::Gauge {
            gauge!(name, labels).set(value as f64);
        } else {
            counter!(name, labels).absolute(value);
        }
    }

    fn seconds(&mut self, own: &[Label], seconds: f64) {
        gauge!(self.family.name, self.labels(own)).set(seconds);
    }

    fn durations(&mut self, durations: &Histogram) {
        let part = |suffix| format!("{}{suffix}", self.family.name);
        for (bound, so_far) in buckets(durations) {
            counter!(part("_bucket"), self.labels(&[("le", bound)])).absolute(so_far);
        }
        counter!(part("_count"), self.labels(&[])).absolute(durations.count());
        gauge!(part("_sum"), self.labels(&[])).set(durations.sum().as_secs_f64());
    }
}

fn theirs((name, value): &Label) -> Theirs {
    Theirs::from_static_parts(name, value)
}
