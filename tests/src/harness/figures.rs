//! What an outage was like, in figures, and the limits that they are held against.

use std::time::{Duration, Instant};

use super::{Call, Gauges, Outcome};

/// What is known besides the calls.
pub(super) struct Seen {
    pub(super) start: Instant,
    pub(super) began: Instant,
    pub(super) ended: Instant,
    /// Requests before the outage, and during it, to the place that failed.
    pub(super) normal: u64,
    pub(super) outage: u64,
    pub(super) retries: u64,
    pub(super) deadline: Duration,
    /// Whether only answers from the cache show that all is well.
    pub(super) cached: bool,
    pub(super) lost: usize,
    pub(super) twice: usize,
    pub(super) health: String,
    /// How long this machine held up what ran between the two.
    pub(super) excuse: Box<dyn Fn(Instant, Instant) -> Duration + Send>,
}

/// What an outage was like.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Calls that began during the outage, and what became of them.
    pub calls: usize,
    /// With the full answer.
    pub answered: usize,
    /// With the answer that is defined for it.
    pub fallbacks: usize,
    /// With an error, or none.
    pub failed: usize,
    /// During the outage.
    pub p50: Duration,
    /// During the outage.
    pub p99: Duration,
    /// By how much any call exceeded its deadline, less what this machine held it up.
    pub over: Duration,
    /// Requests to the place that failed: so many per call as a share of what is normal.
    pub load: f64,
    /// Retries from the start on.
    pub retries: u64,
    /// Calls from the start on.
    pub total: usize,
    /// From the end of the fault to the first answer that was as before, less what this machine
    /// held up.
    pub recovery: Option<Duration>,
    /// Of the last second's calls, those with the full answer.
    pub well: f64,
    /// Taken in, but never done.
    pub lost: usize,
    /// Done under more than one idempotency key.
    pub twice: usize,
    /// How long this machine held up whatever ran, from the start on.
    pub held_up: Duration,
    /// What the service said of itself when the load ended.
    pub health: String,
    /// What the service held at rest.
    pub before: Gauges,
    /// The same, when all was over.
    pub after: Gauges,
}

impl Figures {
    pub(super) fn new(seen: &Seen, calls: &[Call], before: Gauges, after: Gauges) -> Self {
        let between = |from: Instant, to: Instant| {
            calls.iter().filter(move |call| from <= call.begun && call.begun < to)
        };
        let outage: Vec<Call> = between(seen.began, seen.ended).copied().collect();
        let count =
            |wanted: &[Outcome]| outage.iter().filter(|it| wanted.contains(&it.outcome)).count();
        let normally = between(seen.start, seen.began).count();
        let end = calls.last().map_or(seen.ended, |call| call.begun);
        let last = between(end.checked_sub(Duration::from_secs(1)).unwrap_or(end), end);
        let over = |call: &Call| call.took.saturating_sub(seen.deadline);
        let late = |call: &Call| match over(call) {
            Duration::ZERO => Duration::ZERO,
            over => over.saturating_sub((seen.excuse)(call.begun, call.begun + call.took)),
        };
        Self {
            calls: outage.len(),
            answered: count(&[Outcome::Answered, Outcome::Cached]),
            fallbacks: count(&[Outcome::Fallback]),
            failed: count(&[Outcome::Failed]),
            p50: percentile(&outage, 50),
            p99: percentile(&outage, 99),
            over: calls.iter().map(late).max().unwrap_or_default(),
            load: ratio(seen.outage, outage.len()) / ratio(seen.normal, normally),
            retries: seen.retries,
            total: calls.len(),
            recovery: calls.iter().filter_map(|call| recovered(seen, call)).min(),
            well: share_of_full(last),
            lost: seen.lost,
            twice: seen.twice,
            held_up: (seen.excuse)(seen.start, end),
            health: seen.health.clone(),
            before,
            after,
        }
    }

    /// Tasks and KiB more than before.
    #[must_use]
    pub fn left(&self) -> (u64, u64) {
        let (before, after) = (&self.before, &self.after);
        (after.tasks.saturating_sub(before.tasks), after.memory.saturating_sub(before.memory))
    }
}

fn recovered(seen: &Seen, call: &Call) -> Option<Duration> {
    let as_before = match call.outcome {
        Outcome::Cached => true,
        Outcome::Answered => !seen.cached,
        Outcome::Fallback | Outcome::Failed => false,
    };
    let answer = call.begun + call.took;
    let took = || (answer - seen.ended).saturating_sub((seen.excuse)(seen.ended, answer));
    (as_before && call.begun >= seen.ended).then(took)
}

fn share_of_full<'a>(calls: impl Iterator<Item = &'a Call>) -> f64 {
    let (mut full, mut all) = (0, 0);
    for call in calls {
        all += 1;
        full += usize::from(matches!(call.outcome, Outcome::Answered | Outcome::Cached));
    }
    ratio(full, all)
}

fn ratio(part: impl TryInto<u32>, whole: usize) -> f64 {
    let part = part.try_into().ok().map_or(f64::INFINITY, f64::from);
    part / f64::from(u32::try_from(whole.max(1)).unwrap_or(u32::MAX))
}

fn percentile(calls: &[Call], percent: usize) -> Duration {
    let mut took: Vec<Duration> = calls.iter().map(|call| call.took).collect();
    took.sort_unstable();
    let rank = (took.len() * percent).div_ceil(100);
    took.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// What must hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How much longer than its deadline a call may take.
    pub over: Duration,
    /// The least share of calls with an answer or a defined fallback.
    pub answered: f64,
    /// The most that the failing place may see of its normal load, if circuits open.
    pub load: f64,
    /// Whether they do: a few errors among many answers are no reason to.
    pub opens: bool,
    /// Retries per call, and a number that is free.
    pub budget: (f64, u64),
    /// The circuit's; the service is well one second later.
    pub open_for: Duration,
    /// Tasks more than before: those of a connection that is about to end.
    pub tasks: u64,
    /// KiB more than before: what the allocator keeps.
    pub memory: u64,
}

impl Limits {
    /// For a service whose retries have a budget of 0.2.
    pub const BASE: Self = Self {
        over: Duration::from_millis(100),
        answered: 0.99,
        load: 0.05,
        opens: true,
        budget: (0.2, 10),
        open_for: Duration::from_secs(1),
        tasks: 2,
        memory: 16 * 1024,
    };

    /// What does not hold, each with its figure.
    #[must_use]
    pub fn broken_by(&self, figures: &Figures) -> Vec<String> {
        let all = [self.of_calls(figures), self.of_load(figures), self.of_the_end(figures)];
        let broken = all.into_iter().flatten().filter(|(holds, _)| !holds);
        broken.map(|(_, figure)| figure).collect()
    }

    fn of_calls(&self, figures: &Figures) -> Vec<Limit> {
        let answered = ratio(figures.answered + figures.fallbacks, figures.calls);
        vec![
            (figures.calls > 0, "no calls".to_owned()),
            (figures.over <= self.over, format!("{:?} past the deadline", figures.over)),
            (answered >= self.answered, format!("{:.1} % answered", 100.0 * answered)),
            (figures.lost == 0, format!("{} lost", figures.lost)),
            (figures.twice == 0, format!("{} done twice", figures.twice)),
        ]
    }

    fn of_load(&self, figures: &Figures) -> Vec<Limit> {
        let (share, free) = self.budget;
        let load = 100.0 * figures.load;
        let retries = figures.total as f64 * share + free as f64;
        vec![
            (!self.opens || figures.load < self.load, format!("{load:.1} % of the load")),
            (figures.retries as f64 <= retries, format!("{} retries", figures.retries)),
        ]
    }

    fn of_the_end(&self, figures: &Figures) -> Vec<Limit> {
        let most = self.open_for + Duration::from_secs(1);
        let recovered = figures.recovery.is_some_and(|recovery| recovery <= most);
        let held = figures.after.permits + figures.after.waiters;
        let (tasks, memory) = figures.left();
        vec![
            (recovered, format!("recovery: {:?}", figures.recovery)),
            (figures.well >= 0.9, format!("{:.0} % well in the end", 100.0 * figures.well)),
            (held == 0, format!("{held} permits or waiters left")),
            (tasks <= self.tasks, format!("{tasks} tasks left")),
            (memory <= self.memory, format!("{memory} KiB left")),
        ]
    }
}

/// Whether it holds, and the figure.
type Limit = (bool, String);
