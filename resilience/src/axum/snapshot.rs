//! The state of every policy as JSON, as much of it as the request may see.

use std::iter::{once, once_with};
use std::mem;

use serde::Serialize;

use super::access::Audience;
use super::json::{Part, Parts, array, object, write};
use crate::bulkhead::Bulkhead;
use crate::circuit_breaker::CircuitBreaker;
use crate::fallback::Fallback;
use crate::health::HealthCheck;
use crate::hedge::Hedge;
use crate::keyed::{KeyPages, Keyed, PerKey, TotalsScan};
use crate::pipeline::Pipeline;
use crate::rate_limit::RateLimiter;
use crate::registry::pace::PIECE;
use crate::registry::snapshot::KeyedSnapshot;
use crate::registry::{registry, with_lists};
use crate::retry::Retry;
use crate::timeout::Timeout;

macro_rules! lists {
    ($($policy:ty, $all:ident, $one:ident, $snapshot:ty, $doc:literal;)*) => {
        /// All lists.
        pub(super) fn whole(audience: Audience) -> Parts {
            const LISTS: usize = [$(stringify!($all)),*].len();
            let lists: [(&str, fn(Audience) -> Parts); LISTS] = [
                $((stringify!($all), |audience| {
                    array(registry().$all(), move |policy| policy.shown(audience))
                }),)*
            ];
            let lists = lists.into_iter().map(move |(name, list)| (name, list(audience)));
            let lists = lists.chain(once_with(|| ("functions", functions())));
            let lists = lists.chain(once_with(|| ("nested_retries", nested_retries())));
            #[cfg(feature = "overrides")]
            let lists = lists.chain(once_with(|| ("overridden", overridden())));
            object(lists)
        }
    };
}

with_lists!(lists);

fn functions() -> Parts {
    array(registry().functions(), |function| once(Part::of(&function.snapshot())))
}

fn nested_retries() -> Parts {
    array(registry().retries().flat_map(Retry::nested), |nested| once(Part::of(&nested)))
}

/// Which policies are not as their attributes say.
#[cfg(feature = "overrides")]
fn overridden() -> Parts {
    let mut comma = "";
    let parts = crate::overrides::admin::overridden().map(move |one| {
        let Some(one) = one else { return Part::unfinished(1) };
        let mut part = Part::text(mem::replace(&mut comma, ","));
        write(&mut part.text, &one);
        Part { items: 1, ..part }
    });
    Box::new(once(Part::text("[")).chain(parts).chain(once(Part::text("]"))))
}

/// What can be shown.
pub(super) trait Shown {
    /// Its present state.
    fn shown(&'static self, audience: Audience) -> impl Iterator<Item = Part> + Send + 'static;
}

macro_rules! shown_to_all {
    ($($policy:ty)*) => {
        $(
            impl Shown for $policy {
                fn shown(&'static self, _: Audience) -> impl Iterator<Item = Part> + Send + 'static {
                    once(Part::of(&self.snapshot()))
                }
            }
        )*
    };
}

shown_to_all! { CircuitBreaker Retry Timeout Bulkhead RateLimiter Fallback Hedge Pipeline }

impl Shown for HealthCheck {
    fn shown(&'static self, audience: Audience) -> impl Iterator<Item = Part> + Send + 'static {
        let mut snapshot = self.snapshot();
        if let Some(report) = snapshot.last_report.as_mut().filter(|_| !audience.sees_details()) {
            report.error = None;
        }
        once(Part::of(&snapshot))
    }
}

impl<P: PerKey<Config: Serialize>> Shown for Keyed<P> {
    fn shown(&'static self, audience: Audience) -> impl Iterator<Item = Part> + Send + 'static {
        KeyedParts { keyed: self, scan: Some(self.scan_totals()), audience }
    }
}

/// A policy per key: its map is read piece by piece, and shown with the last one.
struct KeyedParts<P: PerKey> {
    keyed: &'static Keyed<P>,
    scan: Option<TotalsScan<'static, P>>,
    audience: Audience,
}

impl<P: PerKey<Config: Serialize>> Iterator for KeyedParts<P> {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        if self.scan.as_mut()?.step() {
            return Some(Part::unfinished(PIECE));
        }
        let mut totals = self.scan.take()?.finish();
        for worst in &mut totals.top {
            worst.key = self.audience.key(&worst.key);
        }
        let (name, location) = (self.keyed.name(), self.keyed.identity().place());
        let config = self.keyed.config().clone();
        Some(Part::of(&KeyedSnapshot { name, location, totals, config }))
    }
}

/// The keys of `breakers`, each in brief.
pub(super) fn keys(breakers: &'static Keyed<CircuitBreaker>, audience: Audience) -> Parts {
    let pages = Keys { pages: Some(breakers.pages()), is_first: true, audience };
    Box::new(once(Part::text("[")).chain(pages).chain(once(Part::text("]"))))
}

/// A part is a page of keys.
struct Keys {
    pages: Option<KeyPages<'static, CircuitBreaker>>,
    is_first: bool,
    audience: Audience,
}

impl Iterator for Keys {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        let mut part = Part::unfinished(PIECE);
        let more = self.pages.as_mut()?.next(|key, breaker| {
            if !mem::take(&mut self.is_first) {
                part.text.push(b',');
            }
            write(&mut part.text, &brief(&self.audience.key(key), breaker));
        });
        if !more {
            self.pages = None;
        }
        Some(part)
    }
}

fn brief(key: &str, breaker: &CircuitBreaker) -> impl Serialize {
    serde_json::json!({
        "key": key, "state": breaker.state(), "counts": breaker.counts(), "totals": breaker.totals(),
    })
}
