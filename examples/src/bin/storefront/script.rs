//! What happens to the payment provider, and when.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

/// How the provider behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It answers, but for the odd hiccup.
    Healthy,
    /// It answers every request with a 500.
    Failing,
    /// It takes requests and never answers.
    Hanging,
}

/// The phases and their shares of the whole. The last one is long enough to see the recovery.
const SHARES: [(Phase, u32); 4] =
    [(Phase::Healthy, 3), (Phase::Failing, 3), (Phase::Hanging, 3), (Phase::Healthy, 5)];
const WHOLE: u32 = 14;

/// A story with a beginning; when it is over, it starts again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Script {
    began: Instant,
    length: Duration,
}

impl Script {
    pub(crate) fn begin(length: Duration) -> Self {
        Self { began: Instant::now(), length }
    }

    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    pub(crate) fn length(&self) -> Duration {
        self.length
    }

    pub(crate) fn now(&self) -> Phase {
        self.at(self.began.elapsed())
    }

    /// The phase at that distance from the beginning.
    pub(crate) fn at(&self, elapsed: Duration) -> Phase {
        let into = elapsed.as_nanos() % self.length.as_nanos();
        let mut end = 0;
        let current = SHARES.iter().find(|(_, share)| {
            end += self.part(*share).as_nanos();
            into < end
        });
        current.map_or(Phase::Healthy, |(phase, _)| *phase)
    }

    fn part(&self, share: u32) -> Duration {
        self.length * share / WHOLE
    }
}

/// The story in one line: `healthy 2 s, 500s 3 s, …`
impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (phase, share)) in SHARES.iter().enumerate() {
            let arrow = if position == 0 { "" } else { " -> " };
            let seconds = self.part(*share).as_secs_f64();
            let decimals = usize::from(seconds.fract() > 0.0);
            write!(f, "{arrow}{phase} {seconds:.decimals$} s")?;
        }
        Ok(())
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Healthy => "healthy",
            Self::Failing => "500s",
            Self::Hanging => "hangs",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_follow_each_other_and_begin_again() {
        let script = Script::begin(Duration::from_secs(14));
        let at = |seconds| script.at(Duration::from_secs(seconds));
        let phases = [0, 2, 3, 5, 6, 8, 9, 13, 14, 17].map(at);
        let [ok, err, hang] = [Phase::Healthy, Phase::Failing, Phase::Hanging];
        assert_eq!(phases, [ok, ok, err, err, hang, hang, ok, ok, ok, err]);
        assert_eq!(script.to_string(), "healthy 3 s -> 500s 3 s -> hangs 3 s -> healthy 5 s");
    }
}
