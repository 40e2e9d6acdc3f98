//! A limit that a fleet shares, as one replica sees it: how it asks, and what it may do when it can't.

use std::borrow::Borrow;
use std::sync::Arc;

use super::bucket::QUEUED;
use super::cost::Cost;
use super::fleet_options::Unavailable;
use super::gcra::{Decision, Early};
use super::lease::{Lease, Terms};
use super::waiting::Start;
use super::{Limit, RateLimiter};
use crate::clock::{self, Nanos};
use crate::fleet::link::{self, Link};
use crate::mode::Mode;
use crate::rejection::Rejection;
use crate::sync::Ordering::Relaxed;

/// How long a call is told to stay away that is rejected because the store does not answer.
const AWAY: u64 = 1_000_000_000;

/// How a limit is shared by the replicas of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Sharing {
    /// The store answers.
    #[cfg_attr(feature = "serde", serde(rename = "connected"))]
    Connected,
    /// The store does not answer: the option `unavailable` decides.
    #[cfg_attr(feature = "serde", serde(rename = "lost"))]
    Lost,
    /// The program has not connected to a store: it acts locally.
    #[cfg_attr(feature = "serde", serde(rename = "not connected"))]
    NotConnected,
}

impl Terms {
    /// A call that weighs more than a whole burst: no wait will do.
    pub(super) fn too_heavy(&self, cost: u32) -> Option<Early> {
        (cost > self.burst).then_some(Early::NEVER)
    }
}

impl<L: Borrow<Limit>> RateLimiter<L> {
    /// How the replicas of the service share it; `None` if they don't.
    #[must_use]
    pub fn shared(&self) -> Option<Sharing> {
        self.limit().is_shared().then(|| match link::link() {
            None => Sharing::NotConnected,
            Some(link) if link.is_lost() => Sharing::Lost,
            Some(_) => Sharing::Connected,
        })
    }

    /// The limiter of a key whose text is needed at the store.
    pub(crate) fn with_key(self, key: impl FnOnce() -> String) -> Self {
        if self.limit().is_shared() {
            let lease = Lease::new(self.name(), Some(key().into()));
            let _ = self.aside().lease.set(Box::new(Arc::new(lease)));
        }
        self
    }

    pub(super) fn lease(&self) -> &Arc<Lease> {
        self.aside().lease.get_or_init(|| Box::new(Arc::new(Lease::new(self.name(), None))))
    }

    /// The store, if there is one.
    pub(super) fn connected(&self) -> Option<Arc<dyn Link>> {
        let link = link::link();
        if link.is_none() {
            link::warn_unconnected(self.name());
        }
        link
    }

    pub(super) fn terms(&self) -> Terms {
        let config = self.config();
        let (ask, lease) = (config.ask(), config.lease_in_force());
        Terms { ask, lease, burst: config.burst_in_force(), part: self.gcra() }
    }

    /// Takes a turn that was fetched ahead.
    #[inline]
    pub(super) fn take_token(&self, now: Nanos, cost: impl Cost) -> Result<(), Early> {
        if cost.turns() == 0 {
            return Ok(());
        }
        match self.lease().take(now, cost) {
            Some(false) => Ok(()),
            Some(true) => {
                self.prefetch();
                Ok(())
            }
            None => Err(Early::ASK),
        }
    }

    /// A call that cannot wait for an answer: it has this replica's part.
    #[cold]
    #[inline(never)]
    pub(super) fn try_part(&self, cost: impl Cost) -> Result<(), Rejection> {
        if !self.limit().is_shared() {
            return Err(self.reject(Start::Early(Early::ASK)));
        }
        let _ = self.connected();
        let unavailable = match self.shared() {
            Some(Sharing::Lost) => self.config().unavailable_in_force(),
            _ => Unavailable::Local,
        };
        self.take_by(unavailable, cost).map_err(|early| self.reject(Start::Early(early)))
    }

    /// Without an answer of the store.
    #[cold]
    #[inline(never)]
    pub(super) fn take_alone(&self, cost: impl Cost) -> Result<(), Early> {
        let unavailable = match self.shared() {
            Some(Sharing::NotConnected) => Unavailable::Local,
            _ => self.config().unavailable_in_force(),
        };
        self.take_by(unavailable, cost)
    }

    fn take_by(&self, unavailable: Unavailable, cost: impl Cost) -> Result<(), Early> {
        self.lease().place.counts.local.fetch_add(1, Relaxed);
        let taken = match unavailable {
            Unavailable::Allow => Ok(()),
            Unavailable::Reject => Err(Early::new(AWAY).unwrap_or(Early::NEVER)),
            Unavailable::Local => self.take_part(cost.turns()),
        };
        match taken {
            Err(early) if self.mode() != Mode::Enforce => {
                self.note_would_reject(Start::Early(early));
                Ok(())
            }
            taken => taken,
        }
    }

    /// Takes turns of this replica's part, which is as used up as what the store granted says.
    fn take_part(&self, cost: u32) -> Result<(), Early> {
        let (terms, now) = (self.terms(), clock::counter());
        if let Some(never) = terms.too_heavy(cost) {
            return Err(never);
        }
        self.warm_up(&terms, now);
        let weight = terms.part.weight(cost.into());
        let mut early = Early::NEVER;
        let taken = self.word.fetch_update(Relaxed, Relaxed, |word| {
            if word & QUEUED != 0 {
                early = self.early(cost);
                return None;
            }
            match terms.part.decide_heavy(word, now, weight) {
                Decision::Pass(next) => Some(next),
                Decision::Wait(wait) => {
                    early = wait;
                    None
                }
            }
        });
        taken.map(drop).map_err(|_| early)
    }

    /// Brings the local word up to what the store has granted; one that was told when the parts were smaller is cut.
    fn warm_up(&self, terms: &Terms, now: Nanos) {
        let warm = self.lease().warm();
        let furthest = now.saturating_add(terms.part.weight(terms.burst.into()));
        let _ = self.word.fetch_update(Relaxed, Relaxed, |word| {
            let arrival = (word & !QUEUED).max(warm).min(furthest);
            Some(arrival | word & QUEUED)
        });
    }
}
