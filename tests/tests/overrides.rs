//! Options, modes and states changed by a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt;
use resilience::observe::Format;
use resilience::overrides::{self, Problems};
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, CircuitState, Event, Keyed,
    Mode, PolicyKind, RateLimiter, Retry, RetryConfig, StateChange, Timeout, Window, bulkhead,
    circuit_breaker, rate_limit, retry, timeout,
};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::sleep;

#[circuit_breaker(name = "payments", when_rejected = |_| false)]
async fn pay() -> Result<(), resilience::Rejection> {
    Ok(())
}

#[circuit_breaker(name = "legacy")]
static LEGACY: CircuitBreaker;

#[retry(name = "shop.again", attempts = 4)]
static AGAIN: Retry;

#[timeout("30s", name = "slow")]
static SLOW: Timeout;

#[bulkhead(name = "slots")]
static SLOTS: Bulkhead;

#[rate_limit("100/s", name = "api")]
static API: RateLimiter;

fn payments() -> &'static CircuitBreaker {
    resilience::registry().circuit_breaker("payments").unwrap()
}

#[resilience::health_check(name = "database", every = "30s")]
async fn database() -> Result<(), std::io::Error> {
    Ok(())
}

/// Overrides are the program's: one test at a time, from nothing to nothing.
struct Alone(#[allow(dead_code, reason = "held")] MutexGuard<'static, ()>, PathBuf);

async fn alone(name: &str) -> Alone {
    static TURN: Mutex<()> = Mutex::const_new(());
    let turn = TURN.lock().await;
    let folder = std::env::temp_dir().join(format!("resilience-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let alone = Alone(turn, folder);
    alone.write("");
    overrides::file(alone.path()).reload().unwrap();
    alone
}

impl Alone {
    fn path(&self) -> PathBuf {
        self.1.join("resilience.toml")
    }

    fn write(&self, text: &str) {
        fs::write(self.path(), text).unwrap();
    }

    fn reload(&self, text: &str) -> Result<(), Problems> {
        self.write(text);
        overrides::file(self.path()).reload()
    }

    /// What is wrong with the text, without the folder.
    fn told(&self, text: &str) -> Vec<String> {
        let problems = self.reload(text).unwrap_err();
        assert_eq!(problems.len(), problems.iter().count());
        assert_eq!(problems.to_string().lines().count(), problems.len());
        let folder = format!("{}/", self.1.display());
        problems.iter().map(|problem| problem.to_string().replace(&folder, "")).collect()
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.write("");
        overrides::file(self.path()).reload().unwrap();
        let _ = fs::remove_dir_all(&self.1);
    }
}

#[tokio::test]
async fn options_change_and_fall_back_when_they_are_no_longer_mentioned() {
    let test = alone("options").await;
    test.reload(
        "[circuit_breaker.\"payments\"]\nfailure_rate = \"25%\"\nopen_for = \"5s\"\nwindow = 100\n\
         [retry.\"shop.*\"]\nattempts = 1\nbackoff = \"fixed\"\n\
         [timeout.slow]\nafter = \"800ms\"\n[rate_limit.api]\nrate = \"50/s\"",
    )
    .unwrap();
    assert_eq!(
        payments().config(),
        &CircuitBreakerConfig::new()
            .failure_rate(0.25)
            .open_for(Duration::from_secs(5))
            .window(Window::Calls(100))
    );
    assert_eq!(SLOW.config(), &resilience::TimeoutConfig::new().after(Duration::from_millis(800)));
    assert_eq!(API.config(), &resilience::RateLimitConfig::new().rate("50/s"));
    test.reload("[retry.\"shop.again\"]\nattempts = 2\n[health_check.database]\nevery = \"5s\"")
        .unwrap();
    let check = resilience::registry().health_check("database").unwrap();
    let every = resilience::health::HealthCheckConfig::new().every(Duration::from_secs(5));
    assert_eq!(check.config(), &every);
    assert_eq!(payments().config(), &CircuitBreakerConfig::new());
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(2));
}

#[tokio::test]
async fn a_plan_lists_what_would_change_and_changes_nothing() {
    let test = alone("plan").await;
    test.write(
        "[circuit_breaker.payments]\nopen_for = \"5s\"\n\n[bulkhead.\"slots\"]\nmode = \"off\"",
    );
    let plan = overrides::file(test.path()).check().unwrap();
    let shown = plan.to_string().replace(&format!("{}/", test.1.display()), "");
    assert_eq!(
        shown.lines().collect::<Vec<_>>(),
        [
            "slots.mode: enforce → off (resilience.toml:5)",
            "payments.open_for: 60s → 5s (resilience.toml:2)",
        ]
        .iter()
        .rev()
        .copied()
        .collect::<Vec<_>>()
    );
    assert_eq!(payments().config(), &CircuitBreakerConfig::new());
    assert!(!plan.is_empty());
    plan.apply().unwrap();
    assert_eq!(SLOTS.mode(), Mode::Off);
    assert!(overrides::file(test.path()).check().unwrap().is_empty(), "it is all in force");
    test.write("");
    let back = overrides::file(test.path()).check().unwrap().to_string();
    assert!(
        back.contains("payments.open_for: 5s → 60s (attribute tests/tests/overrides.rs:"),
        "{back}"
    );
}

#[tokio::test]
async fn a_file_of_more_than_a_mebibyte_is_none_of_ours() {
    let test = alone("large").await;
    let comment = |bytes: usize| format!("#{}", " ".repeat(bytes - 1));
    test.reload(&comment(1 << 20)).unwrap();
    let problems = test.told(&comment((1 << 20) + 1));
    assert_eq!(problems, ["resilience.toml: is larger than 1 MiB"]);
}

#[tokio::test]
async fn a_pattern_may_reach_many_and_nothing_at_all() {
    let test = alone("patterns").await;
    test.write("[circuit_breaker.\"*\"]\nopen_for = \"5s\"\n[bulkhead.\"none.*\"]\nmode = \"off\"");
    let plan = overrides::file(test.path()).check().unwrap();
    let warnings: Vec<_> = plan.warnings().iter().map(ToString::to_string).collect();
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    assert!(warning.contains("no bulkhead matches `none.*`"), "{warning}");
}

#[tokio::test]
async fn every_mistake_is_told_with_its_place_and_nothing_changes() {
    let test = alone("mistakes").await;
    test.reload("[retry.\"shop.again\"]\nattempts = 2").unwrap();
    let told = test.told(
        "[circuit_breaker.\"payments\"]\n\
         failure_rate = 1.5\n\
         open_for = \"5sec\"\n\
         opne_for = \"5s\"\n\
         when_err = \"x\"\n\
         [retry.\"shop.again\"]\n\
         attempts = 3\n\
         max_delay = \"1ms\"\n\
         [retry.\"shop*\"]\n\
         mode = \"observe\"\n\
         [circuit_breaker.\"payment\"]\n\
         open_for = \"1s\"\n",
    );
    let snapshot = resilience::registry().snapshot();
    let payments = snapshot.circuit_breakers.iter().find(|breaker| breaker.name == "payments");
    let place = &payments.unwrap().location;
    assert_eq!(
        told,
        [
            "resilience.toml:2:16: `failure_rate`: a ratio must be above 0 and at most 1 (0.5 or \"50%\")",
            "resilience.toml:3:12: `open_for`: `sec` is not a unit: write \"5s\" (the units are ns, us, ms, s, m and h)",
            "resilience.toml:4:1: unknown option `opne_for` of a circuit breaker; did you mean `open_for`? (valid: \
             failure_rate, min_calls, window, consecutive_failures, slow_call, slow_rate, open_for, max_open_for, \
             half_open_calls, half_open_for, critical, latency, mode, state)",
            &format!(
                "resilience.toml:5:1: `when_err` is code; it can only be changed there ({place})"
            ),
            "resilience.toml:8:1: `max_delay` is shorter than `delay`, 100ms: write at least \"100ms\"",
            "resilience.toml:10:8: `mode`: a retry has no mode `observe`: write `enforce` or `off`",
            &format!(
                "resilience.toml:11:18: no circuit breaker is named `payment`; did you mean `payments` ({place})?"
            ),
        ]
    );
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(2));
}

#[tokio::test]
async fn a_state_is_forced_until_it_is_no_longer_mentioned() {
    let test = alone("state").await;
    test.reload("[circuit_breaker.legacy]\nstate = \"forced-open\"").unwrap();
    assert_eq!(LEGACY.state(), CircuitState::ForcedOpen);
    test.reload("[circuit_breaker.legacy]\nstate = \"forced-closed\"").unwrap();
    assert_eq!(LEGACY.state(), CircuitState::ForcedClosed);
    test.reload("").unwrap();
    assert_eq!(LEGACY.state(), CircuitState::Closed);
    LEGACY.force_open();
    test.reload("[circuit_breaker.legacy]\nopen_for = \"1s\"").unwrap();
    assert_eq!(LEGACY.state(), CircuitState::ForcedOpen, "by hand, and nothing takes that away");
    LEGACY.reset();
}

#[tokio::test]
async fn what_the_program_sets_by_hand_wins() {
    let test = alone("by-hand").await;
    AGAIN.reconfigure(RetryConfig::new().attempts(7)).unwrap();
    test.reload("[retry.\"shop.again\"]\nattempts = 2\ndelay = \"1s\"").unwrap();
    let by_both = RetryConfig::new().attempts(7).delay(Duration::from_secs(1));
    assert_eq!(AGAIN.config(), &by_both);
    AGAIN.reconfigure(RetryConfig::new().attempts(4)).unwrap();
    test.reload("[retry.\"shop.again\"]\nattempts = 2").unwrap();
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(2));
}

#[tokio::test]
async fn a_change_by_hand_and_overrides_come_into_force_together() {
    let test = alone("together").await;
    test.reload("[circuit_breaker.payments]\nwindow = 100\n[retry.\"shop.again\"]\nbudget = \"1%\"\nbudget_burst = 1")
        .unwrap();
    let failed = payments().try_acquire().unwrap();
    failed.failure();
    let declared = CircuitBreakerConfig::new();
    payments().reconfigure(declared.clone().min_calls(9)).unwrap();
    assert_eq!(payments().counts().failures, 1, "the window stays as it was");
    payments().set_mode(Mode::Observe).unwrap();
    assert_eq!(
        (payments().config(), payments().mode()),
        (&declared.min_calls(9).window(Window::Calls(100)), Mode::Observe)
    );
    let at_once = RetryConfig::new().attempts(2).delay(Duration::ZERO);
    for _ in 0..3 {
        AGAIN.reconfigure(at_once.clone()).unwrap();
        let _ = AGAIN.call(|| async { Err::<(), _>("down") }).await;
    }
    assert_eq!(AGAIN.totals().retries, 1, "the budget is not full again");
    resilience::registry().reset_overrides();
    payments().reset();
    AGAIN.reset();
    drop(test);
}

#[tokio::test]
async fn a_change_by_hand_that_contradicts_overrides_changes_nothing() {
    let test = alone("contradicts").await;
    test.reload("[retry.\"shop.again\"]\ndelay = \"5s\"").unwrap();
    let before = AGAIN.config().clone();
    let short = RetryConfig::new().attempts(9).max_delay(Duration::from_secs(1));
    let told = AGAIN.reconfigure(short).unwrap_err().to_string();
    assert!(told.contains("resilience.toml:2:1: `max_delay` is shorter than `delay`"), "{told}");
    assert_eq!(AGAIN.config(), &before);
    test.reload("").unwrap();
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(4), "it is not remembered either");
}

#[tokio::test]
async fn a_policy_that_is_not_listed_has_no_overrides() {
    let test = alone("unlisted").await;
    test.reload("[retry.\"shop.again\"]\nattempts = 2\nmode = \"off\"").unwrap();
    let unlisted = Retry::new("shop.again", RetryConfig::new());
    unlisted.reconfigure(RetryConfig::new().attempts(9)).unwrap();
    assert_eq!(
        (unlisted.config(), unlisted.mode()),
        (&RetryConfig::new().attempts(9), Mode::Enforce)
    );
    assert_eq!((AGAIN.config(), AGAIN.mode()), (&RetryConfig::new().attempts(2), Mode::Off));
}

#[tokio::test]
async fn a_plan_keeps_what_the_program_sets_before_it_is_applied() {
    let test = alone("planned").await;
    test.write("[retry.\"shop.again\"]\nattempts = 2\ndelay = \"1s\"");
    let plan = overrides::file(test.path()).check().unwrap();
    AGAIN.reconfigure(RetryConfig::new().attempts(7)).unwrap();
    AGAIN.set_mode(Mode::Off).unwrap();
    plan.apply().unwrap();
    let by_both = RetryConfig::new().attempts(7).delay(Duration::from_secs(1));
    assert_eq!((AGAIN.config(), AGAIN.mode()), (&by_both, Mode::Off));
    resilience::registry().reset_overrides();
}

/// Does it on a thread of its own, on this clock. What never ends fails the whole program, because it lets nothing else be
/// done with overrides.
fn ends(work: impl FnOnce() + Send + 'static) {
    let (done, is_done) = std::sync::mpsc::channel();
    let runtime = tokio::runtime::Handle::current();
    std::thread::spawn(move || {
        let _entered = runtime.enter();
        work();
        let _ = done.send(());
    });
    if is_done.recv_timeout(Duration::from_secs(60)).is_err() {
        eprintln!("it never ends");
        std::process::exit(1);
    }
}

#[tokio::test(start_paused = true)]
async fn hooks_may_change_policies() {
    static SILENCED: Bulkhead = Bulkhead::new("hooks: silenced", BulkheadConfig::new());
    fn silence(change: &StateChange) {
        if change.to == CircuitState::Closed {
            SILENCED.set_mode(Mode::Off).unwrap();
            AGAIN.reconfigure(RetryConfig::new().attempts(8)).unwrap();
            let new = BulkheadConfig::new();
            resilience::registry().insert(Bulkhead::new(change.policy.as_str(), new));
        }
    }
    let test = alone("hooks").await;
    let second = Duration::from_secs(1);
    let config = CircuitBreakerConfig::new().consecutive_failures(1).open_for(second);
    let config = config.half_open_calls(3).on_state_change(silence);
    let single =
        resilience::registry().insert(CircuitBreaker::new("hooks: single", config.clone()));
    let keyed = Keyed::<CircuitBreaker>::new("hooks: keyed", config);
    let keyed = resilience::registry().insert(keyed);
    let key = keyed.get("db-7");
    for breaker in [single, &*key] {
        breaker.try_acquire().unwrap().failure();
        tokio::time::advance(second).await;
        breaker.try_acquire().unwrap().success();
        assert_eq!(breaker.state(), CircuitState::HalfOpen);
    }
    test.write("[circuit_breaker.\"hooks: *\"]\nhalf_open_calls = 1");
    let overrides = overrides::file(test.path());
    ends(move || overrides.reload().unwrap());
    assert_eq!((single.state(), key.state()), (CircuitState::Closed, CircuitState::Closed));
    assert_eq!(
        (SILENCED.mode(), AGAIN.config().clone()),
        (Mode::Off, RetryConfig::new().attempts(8))
    );
    for name in ["hooks: single", "hooks: keyed"] {
        assert!(resilience::registry().bulkhead(name).is_some(), "told of {name}");
    }
    resilience::registry().reset_overrides();
}

/// A hook takes back what the change that it is told of is still about to do.
#[tokio::test]
async fn the_last_change_of_states_has_the_last_word() {
    fn take_back(change: &StateChange) {
        if change.to == CircuitState::ForcedOpen {
            overrides::Overrides::from_value(serde_json::json!({})).unwrap().reload().unwrap();
        }
    }
    let test = alone("last-word").await;
    let config = CircuitBreakerConfig::new().on_state_change(take_back);
    let breakers = ["forces: first", "forces: second"]
        .map(|name| resilience::registry().insert(CircuitBreaker::new(name, config.clone())));
    test.write("[circuit_breaker.\"forces: *\"]\nstate = \"forced-open\"");
    let overrides = overrides::file(test.path());
    ends(move || overrides.reload().unwrap());
    assert_eq!(breakers.map(CircuitBreaker::state), [CircuitState::Closed; 2]);
}

#[tokio::test]
async fn one_line_turns_everything_off() {
    let test = alone("button").await;
    test.reload("[\"*\".\"*\"]\nmode = \"off\"").unwrap();
    let modes = [payments().mode(), AGAIN.mode(), SLOW.mode(), SLOTS.mode(), API.mode()];
    assert_eq!(modes, [Mode::Off; 5]);
    assert_eq!(pay().await, Ok(()));
    assert_eq!(payments().bypassed(), 1);
    let told = test.told("[\"*\".\"*\"]\nattempts = 1");
    assert_eq!(
        told,
        [
            "resilience.toml:2:1: `attempts` is not an option of every kind: write the kind instead of `*`"
        ]
    );
    test.reload("").unwrap();
    assert_eq!(SLOTS.mode(), Mode::Enforce);
}

#[tokio::test]
async fn a_mode_for_all_skips_those_that_do_not_have_it() {
    let test = alone("skips").await;
    test.reload("[\"*\".\"*\"]\nmode = \"observe\"").unwrap();
    let observing = [payments().mode(), SLOTS.mode(), API.mode(), SLOW.mode()];
    assert_eq!((observing, AGAIN.mode()), ([Mode::Observe; 4], Mode::Enforce));
}

#[tokio::test]
async fn metrics_tell_what_is_not_as_the_attributes_say() {
    let test = alone("metrics").await;
    test.reload(
        "[circuit_breaker.payments]\nopen_for = \"5s\"\nmin_calls = 7\nmode = \"observe\"\n\
         [bulkhead.slots]\nmode = \"off\"",
    )
    .unwrap();
    let before = SLOTS.bypassed();
    drop(SLOTS.try_acquire());
    let page = Format::Prometheus.text(resilience::registry());
    for sample in [
        "resilience_overridden{kind=\"circuit_breaker\",policy=\"payments\"} 3\n".to_owned(),
        "resilience_policy_mode{kind=\"circuit_breaker\",policy=\"payments\",mode=\"observe\"} 1\n"
            .into(),
        "resilience_policy_mode{kind=\"rate_limit\",policy=\"api\",mode=\"enforce\"} 1\n".into(),
        format!(
            "resilience_calls_total{{kind=\"bulkhead\",policy=\"slots\",outcome=\"bypassed\"}} {}\n",
            before + 1
        ),
        "resilience_overrides_reloads_total{outcome=\"applied\"} ".into(),
        "\nresilience_overrides_applied_timestamp_seconds{} ".into(),
    ] {
        assert!(page.contains(&sample), "{sample} is not in\n{page}");
    }
    test.reload("").unwrap();
    let page = || Format::Prometheus.text(resilience::registry());
    assert!(!page().contains("resilience_overridden{"), "{}", page());
    AGAIN.reconfigure(RetryConfig::new().attempts(9)).unwrap();
    let by_hand = "resilience_overridden{kind=\"retry\",policy=\"shop.again\"} 1\n";
    assert!(page().contains(by_hand), "{}", page());
    resilience::registry().reset_overrides();
    assert!(!page().contains("resilience_overridden{"), "{}", page());
}

/// Waits for what a task does.
async fn until(is_done: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if is_done() {
            return;
        }
        sleep(Duration::from_millis(1)).await;
    }
    panic!("it did not come to pass");
}

#[tokio::test(start_paused = true)]
async fn forced_states_outlive_the_process() {
    let test = alone("persist").await;
    let path = test.1.join("state.toml");
    let written = || fs::read_to_string(&path).unwrap();
    fs::write(&path, "[circuit_breaker.legacy]\nstate = \"forced-open\"").unwrap();
    overrides::persist(&path).load().unwrap();
    assert_eq!(LEGACY.state(), CircuitState::ForcedOpen);
    LEGACY.reset();
    until(|| !written().contains("legacy")).await;
    payments().force_close();
    until(|| written().ends_with("\n[circuit_breaker.\"payments\"]\nstate = \"forced-closed\"\n"))
        .await;
    payments().reset();
    until(|| !written().contains("payments")).await;
}

#[tokio::test(start_paused = true)]
async fn a_broken_file_of_states_is_set_aside() {
    let test = alone("broken").await;
    let path = test.1.join("state.toml");
    fs::write(&path, "[circuit_breaker.legacy]\nstate = \"forced-").unwrap();
    overrides::persist(&path).load().unwrap();
    assert!(!path.exists());
    assert!(fs::read_to_string(test.1.join("state.toml.broken")).unwrap().contains("forced-"));
    assert_eq!(LEGACY.state(), CircuitState::Closed);
}

#[tokio::test]
async fn listeners_are_told_what_was_changed_by_what() {
    let test = alone("events").await;
    let mut events = resilience::registry().events();
    test.reload("[circuit_breaker.payments]\nopen_for = \"5s\"\nmin_calls = 7").unwrap();
    let told = events.next().await.unwrap();
    let Event::Reconfigured { kind, policy, changes, source, .. } = told else {
        panic!("{told:?}")
    };
    assert_eq!((kind, policy.as_str(), changes.len()), (PolicyKind::CircuitBreaker, "payments", 2));
    assert!(changes[0].contains("min_calls: off → 7"), "{changes:?}");
    assert!(source.ends_with("resilience.toml:3"), "{source}");
}

/// The watching test's periods are paused time; the files are real.
const PERIOD: Duration = Duration::from_secs(2);

async fn two_periods() {
    sleep(PERIOD.mul_f64(2.3)).await;
}

#[tokio::test(start_paused = true)]
async fn a_watched_file_is_applied_and_a_bad_one_ends_no_watching() {
    let test = alone("watch").await;
    overrides::file(test.path()).watch(PERIOD);
    test.write("[retry.\"shop.again\"]\nattempts = 2");
    two_periods().await;
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(2));
    let mut events = resilience::registry().events();
    test.write("[retry.\"shop.again\"]\nattempts = 0");
    two_periods().await;
    let told = events.next().await.unwrap();
    let Event::ReloadRefused { problems, .. } = told else { panic!("{told:?}") };
    assert!(problems[0].contains("resilience.toml:2:12: `attempts`: a count is at least 1"));
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(2));
    fs::remove_file(test.path()).unwrap();
    two_periods().await;
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(2));
    test.write("[retry.\"shop.again\"]\nattempts = 3");
    two_periods().await;
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(3));
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn a_link_that_is_swapped_is_a_change_and_a_file_being_written_is_not() {
    let test = alone("config-map").await;
    let version = |name: &str, text: &str| {
        let folder = test.1.join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("resilience.toml"), text).unwrap();
        folder
    };
    let swap = |to: &Path| {
        let link = test.1.join("..data.new");
        std::os::unix::fs::symlink(to, &link).unwrap();
        fs::rename(&link, test.1.join("..data")).unwrap();
    };
    swap(&version("1", "[retry.\"shop.again\"]\nattempts = 2"));
    fs::remove_file(test.path()).unwrap();
    std::os::unix::fs::symlink("..data/resilience.toml", test.path()).unwrap();
    let overrides = overrides::file(test.path());
    overrides.reload().unwrap();
    overrides.watch(PERIOD);
    swap(&version("2", "[retry.\"shop.again\"]\nattempts = 3"));
    two_periods().await;
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(3));
    // Half of a text that is whole a moment later.
    let half = version("3", "[retry.\"shop.again\"]\n");
    swap(&half);
    sleep(PERIOD).await;
    fs::write(half.join("resilience.toml"), "[retry.\"shop.again\"]\nattempts = 5").unwrap();
    sleep(PERIOD.mul_f64(0.2)).await;
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(3));
    two_periods().await;
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(5));
    fs::remove_file(test.path()).unwrap();
}

#[test]
#[ignore = "the test below runs it, in an environment of its own"]
fn with_variables() {
    overrides::load().unwrap();
    assert_eq!(AGAIN.config(), &RetryConfig::new().attempts(2).budget(0.5));
    assert_eq!(payments().config().clone(), {
        CircuitBreakerConfig::new().open_for(Duration::from_secs(7))
    });
    assert_eq!((SLOTS.mode(), API.mode()), (Mode::Observe, Mode::Off));
}

#[test]
fn the_environment_is_read() {
    let folder = std::env::temp_dir().join(format!("resilience-{}-env", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("resilience.toml");
    fs::write(&file, "[circuit_breaker.payments]\nopen_for = \"7s\"").unwrap();
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "with_variables", "--ignored"])
        .env("RESILIENCE_OVERRIDES_FILE", &file)
        .env(
            "RESILIENCE_OVERRIDES",
            "retry.\"shop.again\".attempts=9; bulkhead.slots.mode=\"observe\"",
        )
        .env("RESILIENCE__RETRY__SHOP_AGAIN__ATTEMPTS", "2")
        .env("RESILIENCE__RETRY__SHOP_AGAIN__BUDGET", "50%")
        .env("RESILIENCE_MODE", "off")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && text.contains("1 passed"), "{text}");
    let _ = fs::remove_dir_all(folder);
}
