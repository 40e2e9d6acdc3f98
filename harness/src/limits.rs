//! What an outage may be like.

use std::time::Duration;

use super::Figures;
use super::figures::ratio;

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
            (figures.well, "not well in the end".to_owned()),
            (held == 0, format!("{held} permits or waiters left")),
            (tasks <= self.tasks, format!("{tasks} tasks left")),
            (memory <= self.memory, format!("{memory} KiB left")),
        ]
    }
}

/// Whether it holds, and the figure.
type Limit = (bool, String);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Gauges, Timeline};

    fn good() -> Figures {
        Figures {
            calls: 100,
            answered: 60,
            fallbacks: 39,
            failed: 1,
            p50: Duration::ZERO,
            p99: Duration::ZERO,
            over: Duration::from_millis(100),
            load: 0.049,
            retries: 50,
            total: 200,
            recovery: Some(Duration::from_secs(2)),
            well: true,
            lost: 0,
            twice: 0,
            held_up: Duration::ZERO,
            report: String::new(),
            timeline: Timeline::default(),
            before: Gauges::default(),
            after: Gauges { memory: 16 * 1024, tasks: 2, ..Gauges::default() },
        }
    }

    #[test]
    fn what_is_just_within_the_limits_breaks_none() {
        assert_eq!(Limits::BASE.broken_by(&good()), Vec::<String>::new());
    }

    type Worsen = fn(&mut Figures);

    #[test]
    fn each_figure_beyond_its_limit_is_told() {
        let worse: [(Worsen, &str); 12] = [
            (|it| it.calls = 0, "no calls"),
            (|it| it.over += Duration::from_millis(1), "101ms past the deadline"),
            (|it| it.fallbacks -= 1, "98.0 % answered"),
            (|it| it.load = 0.05, "5.0 % of the load"),
            (|it| it.retries += 1, "51 retries"),
            (|it| it.recovery = None, "recovery: None"),
            (|it| it.well = false, "not well in the end"),
            (|it| it.lost = 1, "1 lost"),
            (|it| it.twice = 1, "1 done twice"),
            (|it| it.after.permits = 1, "1 permits or waiters left"),
            (|it| it.after.tasks += 1, "3 tasks left"),
            (|it| it.after.memory += 1, "16385 KiB left"),
        ];
        for (worsen, told) in worse {
            let mut figures = good();
            worsen(&mut figures);
            let broken = Limits::BASE.broken_by(&figures);
            assert!(broken.contains(&told.to_owned()), "{told}: {broken:?}");
        }
    }
}
