//! In production: what to look at, what to alert on, what to change.
//!
//! # Look
//!
//! With feature `axum`, `resilience::axum::router()` is a router of its own, for a port that only your team reaches:
//!
//! | route | for |
//! |---|---|
//! | `/resilience/dashboard` | a person on call: each guarded function as a row of stages with what flows through them, charts of five minutes, every policy; live |
//! | `/health/live`, `/health/ready` | Kubernetes: live always, not ready when something critical is down |
//! | `/health` | checks and circuit breakers, with what they mean together |
//! | `/metrics` | Prometheus: `resilience_calls_total{kind,policy,outcome}` and more ([`observe`](crate::observe)) |
//! | `/resilience`, `/resilience/events` | programs: the snapshot, and what happens as it happens |
//!
//! Without it the same is at hand in code: [`registry()`](crate::registry()), its
//! [`snapshot`](crate::Registry::snapshot) and [`events`](crate::Registry::events). Every transition, rejection, retry,
//! timeout and fallback is a `tracing` event of the target `resilience::<kind>`.
//!
//! # Alert
//!
//! On what users feel, then on what explains it. Rules and a board to start from are in `examples/observability`:
//!
//! - the share of calls that fail or are rejected, against your objective;
//! - a circuit that is open for minutes, or opens and closes again and again;
//! - retries as a share of calls: above the budget's rate for long means that the dependency is half dead;
//! - a bulkhead that is full for minutes: the dependency is slower, or the limit too small;
//! - a mode that is not `enforce`, and overrides that were not taken back.
//!
//! # Change
//!
//! With feature `overrides`, a file, variables, or the admin routes change options of a running service; state survives, a
//! mistake changes nothing and is told with its place, and what is set over HTTP expires by itself.
//!
//! | the situation | the change |
//! |---|---|
//! | retries make an outage worse | `[retry."*"]` `attempts = 1` |
//! | a circuit opens too early | `failure_rate`, `min_calls` of that breaker; its state stays |
//! | a dependency must be left alone now | `[circuit_breaker."payments"]` `state = "forced-open"` |
//! | a new limit whose effect is not known yet | `mode = "observe"`: it counts what it would reject |
//! | something of ours is the problem | `RESILIENCE_MODE=off`, or `mode = "off"` for one policy |
//!
//! By hand: `reconfigure`, `set_mode` and `reset` on every policy, and
//! [`reset_all`](crate::Registry::reset_all) for all.
//!
//! # Health checks
//!
//! A check says whether a dependency answers; a breaker whether calls succeed. Make critical only what the service cannot
//! do without: an instance that is not ready gets no traffic, and if all share the dependency, none does.
