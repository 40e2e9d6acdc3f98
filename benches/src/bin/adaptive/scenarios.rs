//! The scenarios: load, workers and how they change.

/// How long a worker takes for a call.
#[derive(Clone, Copy)]
pub(crate) enum Service {
    Exponential,
    /// Nine of ten take half the mean, the tenth eleven times as long.
    Bimodal,
    Lognormal,
    Constant,
}

pub(crate) struct Phase {
    /// In seconds from the begin.
    pub(crate) until: f64,
    /// Calls a second.
    pub(crate) rate: f64,
    /// How many times as long every call takes.
    pub(crate) slower: f64,
}

pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) workers: u32,
    /// What a call takes a worker, in seconds.
    pub(crate) mean: f64,
    pub(crate) service: Service,
    pub(crate) phases: &'static [Phase],
    /// The phase whose result counts.
    pub(crate) judged: usize,
    /// What the adaptive limit is held to.
    pub(crate) least_mean: f64,
    pub(crate) least_worst: f64,
    pub(crate) most_rejected: f64,
    pub(crate) most_median_ms: f64,
}

const fn phase(until: f64, rate: f64, slower: f64) -> Phase {
    Phase { until, rate, slower }
}

/// Twenty workers of 10 ms: 2,000 calls a second.
const TWENTY: Scenario = Scenario {
    name: "",
    workers: 20,
    mean: 0.010,
    service: Service::Exponential,
    phases: &[],
    judged: 0,
    least_mean: 95.0,
    least_worst: 90.0,
    most_rejected: 100.0,
    most_median_ms: f64::INFINITY,
};

pub(crate) static SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "A healthy, half the load",
        phases: &[phase(60.0, 1_000.0, 1.0)],
        most_rejected: 0.2,
        ..TWENTY
    },
    Scenario {
        name: "B healthy, bimodal",
        service: Service::Bimodal,
        phases: &[phase(60.0, 1_000.0, 1.0)],
        most_rejected: 0.2,
        ..TWENTY
    },
    Scenario {
        name: "C 1.2 × for 3 min",
        phases: &[phase(30.0, 1_000.0, 1.0), phase(210.0, 2_400.0, 1.0)],
        judged: 1,
        most_median_ms: 13.9,
        ..TWENTY
    },
    Scenario {
        name: "D 2 × for 3 min",
        phases: &[phase(30.0, 1_000.0, 1.0), phase(210.0, 4_000.0, 1.0)],
        judged: 1,
        most_median_ms: 13.9,
        ..TWENTY
    },
    Scenario {
        name: "E 5 × slower for 1 min",
        phases: &[phase(60.0, 1_000.0, 1.0), phase(120.0, 1_000.0, 5.0)],
        judged: 1,
        most_median_ms: 121.3,
        ..TWENTY
    },
    Scenario {
        name: "F from 5 % to 90 %",
        phases: &[phase(60.0, 100.0, 1.0), phase(90.0, 1_800.0, 1.0)],
        judged: 1,
        most_rejected: 0.2,
        ..TWENTY
    },
    Scenario {
        name: "G back from 5 × slower",
        phases: &[
            phase(60.0, 1_000.0, 1.0),
            phase(120.0, 1_000.0, 5.0),
            phase(180.0, 1_000.0, 1.0),
        ],
        judged: 2,
        ..TWENTY
    },
    Scenario {
        name: "H two workers, 100 ms, 2 ×",
        workers: 2,
        mean: 0.1,
        phases: &[phase(60.0, 10.0, 1.0), phase(240.0, 40.0, 1.0)],
        judged: 1,
        least_mean: 92.0,
        least_worst: 80.0,
        ..TWENTY
    },
    Scenario {
        name: "I 150 workers, 90 %",
        workers: 150,
        phases: &[phase(30.0, 13_500.0, 1.0)],
        most_rejected: 100.0,
        ..TWENTY
    },
    Scenario {
        name: "J lognormal 50 ms, 1.5 ×",
        mean: 0.050,
        service: Service::Lognormal,
        phases: &[phase(60.0, 200.0, 1.0), phase(240.0, 600.0, 1.0)],
        judged: 1,
        most_median_ms: 88.2,
        ..TWENTY
    },
    Scenario {
        name: "K 2 ×, then 3 × slower",
        phases: &[phase(30.0, 1_000.0, 1.0), phase(90.0, 4_000.0, 1.0), phase(210.0, 4_000.0, 3.0)],
        judged: 2,
        most_median_ms: 72.8,
        ..TWENTY
    },
    Scenario {
        name: "L overloaded from the start",
        phases: &[phase(60.0, 4_000.0, 1.0)],
        ..TWENTY
    },
    Scenario {
        name: "M slow from the start, then quick",
        phases: &[phase(60.0, 300.0, 5.0), phase(120.0, 1_800.0, 1.0)],
        judged: 1,
        ..TWENTY
    },
    Scenario {
        name: "N 10 × load",
        phases: &[phase(30.0, 1_000.0, 1.0), phase(90.0, 20_000.0, 1.0)],
        judged: 1,
        ..TWENTY
    },
    Scenario {
        name: "O constant 10 ms, 1.5 ×",
        service: Service::Constant,
        phases: &[phase(30.0, 1_000.0, 1.0), phase(150.0, 3_000.0, 1.0)],
        judged: 1,
        ..TWENTY
    },
    Scenario {
        name: "P bimodal, 1.5 ×",
        service: Service::Bimodal,
        phases: &[phase(30.0, 1_000.0, 1.0), phase(150.0, 3_000.0, 1.0)],
        judged: 1,
        ..TWENTY
    },
    Scenario {
        name: "Q one worker, 20 ms, 2 ×",
        workers: 1,
        mean: 0.020,
        phases: &[phase(60.0, 25.0, 1.0), phase(240.0, 100.0, 1.0)],
        judged: 1,
        ..TWENTY
    },
    Scenario {
        name: "R few calls: 5 a second",
        phases: &[phase(600.0, 5.0, 1.0)],
        most_rejected: 0.2,
        ..TWENTY
    },
    Scenario { name: "S at capacity for 5 min", phases: &[phase(300.0, 2_000.0, 1.0)], ..TWENTY },
    Scenario {
        name: "T 5 × quicker, 90 % of it",
        phases: &[phase(60.0, 1_000.0, 1.0), phase(120.0, 9_000.0, 0.2)],
        judged: 1,
        ..TWENTY
    },
    Scenario {
        name: "U 1.05 × for 10 min",
        phases: &[phase(30.0, 1_000.0, 1.0), phase(630.0, 2_100.0, 1.0)],
        judged: 1,
        ..TWENTY
    },
];
