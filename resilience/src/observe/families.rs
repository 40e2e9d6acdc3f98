//! The metrics, family by family: the one list behind every way to export them.

use std::ops::Range;
use std::sync::LazyLock;

use super::collect::Collected;
use super::outcomes;
use super::series::{durations, latencies, plain, states, transitions, waits};
use super::sink::Sink;
#[cfg(any(feature = "overrides", feature = "redis"))]
use super::sink::policy;
use crate::histogram::Histogram;
#[cfg(feature = "overrides")]
use crate::overrides;
#[cfg(feature = "redis")]
use crate::shared;

/// One metric: every policy that counts it has its series.
pub(super) struct Family {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) shape: Shape,
    /// How many policies there are to ask.
    policies: fn(&Collected) -> usize,
    /// Writes the values of the one at this place.
    write: fn(&Collected, usize, &mut dyn Sink),
}

impl Family {
    /// Writes everything.
    #[cfg(any(feature = "metrics", feature = "opentelemetry"))]
    pub(super) fn write_all(&self, all: &Collected, to: &mut dyn Sink) {
        self.write(0..usize::MAX, all, to);
    }

    /// Writes the values of the policies at these places; whether there are more.
    pub(super) fn write(&self, places: Range<usize>, all: &Collected, to: &mut dyn Sink) -> bool {
        let policies = (self.policies)(all);
        let end = places.end.min(policies);
        (places.start..end).for_each(|place| (self.write)(all, place, to));
        end < policies
    }
}

/// How the values of a family behave.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// They only grow.
    Counter,
    /// They come and go.
    Gauge,
    /// The same for durations.
    Seconds,
    /// They are durations, in seconds, counted by buckets.
    Histogram,
}

pub(super) static FAMILIES: &[Family] = &[
    Family {
        name: "resilience_calls_total",
        help: "Calls by how they ended, as far as the policy counts them.",
        shape: Shape::Counter,
        policies: |all| all.outcomes.len(),
        write: |all, place, to| outcomes::write(&all.outcomes[place], to),
    },
    Family {
        name: "resilience_circuit_breaker_state",
        help: "1 for the state that the circuit breaker is in, 0 for every other.",
        shape: Shape::Gauge,
        policies: |all| all.breakers.len(),
        write: states,
    },
    Family {
        name: "resilience_circuit_breaker_transitions_total",
        help: "Changes of the circuit breaker's state.",
        shape: Shape::Counter,
        policies: |all| all.breakers.len(),
        write: transitions,
    },
    Family {
        name: "resilience_retries_total",
        help: "Attempts beyond the first ones.",
        shape: Shape::Counter,
        policies: |all| all.retries.len(),
        write: |all, place, to| plain(&all.retries[place], |retries| *retries, to),
    },
    Family {
        name: "resilience_nested_retries_total",
        help: "Calls of a retry that began inside an attempt of another one.",
        shape: Shape::Counter,
        policies: |all| all.nested_retries.len(),
        write: |all, place, to| {
            let ((outer, inner), calls) = all.nested_retries[place];
            to.series(&[("outer", outer.as_str()), ("inner", inner.as_str())]);
            to.value(&[], calls);
        },
    },
    Family {
        name: "resilience_bulkhead_in_flight",
        help: "Calls that hold a slot of the bulkhead.",
        shape: Shape::Gauge,
        policies: |all| all.bulkheads.len(),
        write: |all, place, to| plain(&all.bulkheads[place], |sum| sum.in_flight, to),
    },
    Family {
        name: "resilience_bulkhead_queued",
        help: "Calls that wait for a slot of the bulkhead.",
        shape: Shape::Gauge,
        policies: |all| all.bulkheads.len(),
        write: |all, place, to| plain(&all.bulkheads[place], |sum| sum.queued, to),
    },
    Family {
        name: "resilience_bulkhead_limit",
        help: "How many calls the bulkhead lets run at once.",
        shape: Shape::Gauge,
        policies: |all| all.bulkheads.len(),
        write: |all, place, to| plain(&all.bulkheads[place], |sum| sum.limit, to),
    },
    Family {
        name: "resilience_bulkhead_latency_seconds",
        help: "What calls through an adaptive bulkhead take: without a queue (base), and now (recent).",
        shape: Shape::Seconds,
        policies: |all| all.bulkheads.len(),
        write: latencies,
    },
    Family {
        name: "resilience_bulkhead_wait_seconds",
        help: "How long calls waited for a slot of the bulkhead, of those that waited and got it.",
        shape: Shape::Histogram,
        policies: |all| all.bulkheads.len(),
        write: waits,
    },
    Family {
        name: "resilience_call_duration_seconds",
        help: "How long calls through the circuit breaker took.",
        shape: Shape::Histogram,
        policies: |all| all.breakers.len(),
        write: durations,
    },
    Family {
        name: "resilience_policy_mode",
        help: "1 for the mode that is in force.",
        shape: Shape::Gauge,
        policies: |all| all.outcomes.len(),
        write: |all, place, to| outcomes::write_modes(&all.outcomes[place], to),
    },
    #[cfg(feature = "redis")]
    Family {
        name: "resilience_shared_requests_total",
        help: "Requests for turns of shared limits by what came of them, and calls decided without the store.",
        shape: Shape::Counter,
        policies: |all| all.sharing.len(),
        write: |all, place, to| {
            let (name, counts) = &all.sharing[place];
            to.series(&[policy(*name)]);
            for (outcome, count) in counts.outcomes() {
                to.value(&[("outcome", outcome)], count);
            }
        },
    },
    #[cfg(feature = "redis")]
    Family {
        name: "resilience_shared_leased",
        help: "Turns of shared limits that were fetched ahead and are not used yet.",
        shape: Shape::Gauge,
        policies: |all| all.sharing.len(),
        write: |all, place, to| {
            let (name, counts) = &all.sharing[place];
            to.series(&[policy(*name)]);
            to.value(&[], counts.leased());
        },
    },
    #[cfg(feature = "redis")]
    Family {
        name: "resilience_shared_request_seconds",
        help: "How long the store of shared limits took to answer.",
        shape: Shape::Histogram,
        policies: |_| usize::from(shared::condition().is_some()),
        write: |_, _, to| {
            if let Some(latency) = shared::condition().and_then(|store| store.breaker.latency()) {
                to.series(&[]);
                to.durations(&latency);
            }
        },
    },
    #[cfg(feature = "overrides")]
    Family {
        name: "resilience_overridden",
        help: "Options that are not as the attribute says.",
        shape: Shape::Gauge,
        policies: |all| all.overridden.len(),
        write: |all, place, to| {
            let ((kind, name), options) = all.overridden[place];
            to.series(&[("kind", kind.as_str()), policy(name)]);
            to.value(&[], options);
        },
    },
    #[cfg(feature = "overrides")]
    Family {
        name: "resilience_overrides_reloads_total",
        help: "Readings of overrides by what came of them.",
        shape: Shape::Counter,
        policies: |_| usize::from(overrides::applied_at().is_some()),
        write: |_, _, to| {
            for (outcome, count) in overrides::reloads() {
                to.series(&[("outcome", outcome)]);
                to.value(&[], count);
            }
        },
    },
    #[cfg(feature = "overrides")]
    Family {
        name: "resilience_overrides_applied_timestamp_seconds",
        help: "When overrides were applied last, since the Unix epoch.",
        shape: Shape::Gauge,
        policies: |_| usize::from(overrides::applied_at().is_some()),
        write: |_, _, to| {
            to.series(&[]);
            to.value(&[], overrides::applied_at().unwrap_or_default());
        },
    },
];

/// The buckets as exporters want them: the label `le`, and how many calls took no longer.
pub(super) fn buckets(durations: &Histogram) -> impl Iterator<Item = (&'static str, u64)> {
    static BOUNDS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let bounds = Histogram::default().buckets().map(|(bound, _)| bound);
        let seconds = bounds.map(|bound| bound.map_or(f64::INFINITY, |bound| bound.as_secs_f64()));
        seconds
            .map(|bound| if bound.is_finite() { bound.to_string() } else { "+Inf".to_owned() })
            .collect()
    });
    let mut so_far = 0;
    BOUNDS.iter().zip(durations.buckets()).map(move |(bound, (_, count))| {
        so_far += count;
        (bound.as_str(), so_far)
    })
}
