//! What outlives the process: forced states, and what the admin routes set, in a file of the overrides' own grammar.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::future::poll_fn;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;

use futures_core::Stream;
use tokio::runtime::Handle;

#[cfg(feature = "axum")]
use super::admin;
use super::leaf::Leaf;
use super::problems::Problems;
use super::target::read_state;
use super::watch::Overrides;
use super::{layers, load, sources, toml_text};
use crate::circuit_state::CircuitState;
use crate::current::{Configured, Forced};
use crate::kind::PolicyKind;
use crate::problem::Problem;
use crate::registry::registry;
use crate::stack::event::{Event, Events};

/// The states that are kept.
const FORCED: [CircuitState; 2] = [CircuitState::ForcedOpen, CircuitState::ForcedClosed];

/// Overrides with a file for forced states; see [`persist`](super::persist).
#[derive(Clone, Debug)]
#[must_use = "nothing is read or kept until it is loaded"]
pub struct Persistent {
    path: PathBuf,
}

impl Persistent {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Does what [`load`](super::load) does; then forces the breakers that were forced when the program ended, sets again
    /// what the admin routes had set and what has not expired since, and keeps the file up to date from now on, in a
    /// task of the tokio runtime.
    ///
    /// A file that cannot be understood is set aside under the name with `.broken` behind it, and reported as a `tracing`
    /// error: it is never read as "closed". States that the overrides force are not kept here, because they are in their
    /// own file.
    ///
    /// # Errors
    /// As [`load`](super::load); and when the file exists but cannot be read, or there is no tokio runtime.
    pub fn load(self) -> Result<Overrides, Problems> {
        let overrides = load()?;
        let runtime = Handle::try_current().map_err(|_| {
            one(Problem::new("keeping forced states needs a tokio runtime: load within one"))
        })?;
        let events = Events::subscribe();
        self.restore().map_err(one)?;
        runtime.spawn(self.keep(events));
        Ok(overrides)
    }

    fn restore(&self) -> Result<(), Problem> {
        if !self.path.exists() {
            return Ok(());
        }
        let text = sources::read(&self.path)?;
        if let Err(problems) = restore(&self.path.display().to_string(), &text) {
            self.set_aside(&problems);
        }
        Ok(())
    }

    fn set_aside(&self, problems: &[Problem]) {
        let mut aside = self.path.clone().into_os_string();
        aside.push(".broken");
        let moved = fs::rename(&self.path, &aside);
        for problem in problems {
            tracing::error!(target: "resilience::overrides", event = "state_set_aside", aside = ?aside, moved = moved.is_ok(), "{problem}");
        }
    }

    async fn keep(self, mut events: Events) {
        while let Some(event) = poll_fn(|cx| Pin::new(&mut events).poll_next(cx)).await {
            if matters(&event) {
                self.write().await;
            }
        }
    }

    async fn write(&self) {
        let (path, text) = (self.path.clone(), kept());
        let written = tokio::task::spawn_blocking(move || replace(&path, &text)).await;
        if let Ok(Err(error)) = written {
            let path = self.path.display();
            tracing::error!(target: "resilience::overrides", event = "state_not_kept", %path, %error);
        }
    }
}

fn one(problem: Problem) -> Problems {
    Problems::new(vec![problem])
}

/// Puts in force what a file says: all of it or nothing.
fn restore(label: &str, text: &str) -> Result<(), Vec<Problem>> {
    let leaves = toml_text::file(label, text)?;
    #[cfg(feature = "axum")]
    let (layers, leaves) = admin::split(leaves).map_err(|problem| vec![problem])?;
    let states = states(&leaves).map_err(|problem| vec![problem])?;
    #[cfg(feature = "axum")]
    admin::restore(layers).map_err(|problems| problems.iter().cloned().collect::<Vec<_>>())?;
    states.iter().for_each(force);
    Ok(())
}

/// The breakers that a file names, and their states.
fn states(leaves: &[Leaf]) -> Result<Vec<(String, Forced)>, Problem> {
    let states: Result<Vec<_>, _> = leaves.iter().map(state).collect();
    states.map(|states| states.into_iter().flatten().collect())
}

fn state(leaf: &Leaf) -> Result<Option<(String, Forced)>, Problem> {
    if leaf.option != "state" {
        let text = format!("`{}` is not kept here: only states are", leaf.option);
        return Err(Problem::at(leaf.places.option.clone(), text));
    }
    match read_state(leaf) {
        Ok(state) => Ok(state.map(|state| (leaf.selector.as_str().to_owned(), state))),
        Err(text) => Err(Problem::at(leaf.places.value.clone(), text)),
    }
}

fn force((name, state): &(String, Forced)) {
    match registry().circuit_breaker(name) {
        Some(breaker) => breaker.force(Some(*state)),
        None => {
            tracing::warn!(target: "resilience::overrides", event = "state_without_policy", policy = %name);
        }
    }
}

/// Whether what is forced may be something else now.
fn matters(event: &Event) -> bool {
    match event {
        Event::StateChanged(change) => FORCED.contains(&change.from) || FORCED.contains(&change.to),
        Event::Administered { .. } | Event::Missed { .. } => true,
        _ => false,
    }
}

/// What is to outlive the process.
fn kept() -> String {
    #[cfg_attr(not(feature = "axum"), allow(unused_mut, reason = "the admin routes write more"))]
    let mut text = forced_states();
    #[cfg(feature = "axum")]
    admin::write(&mut text);
    text
}

/// What is forced, but by overrides, in their grammar.
fn forced_states() -> String {
    let mut text =
        String::from("# Forced states and what was set for a while, kept by the program.\n");
    for breaker in registry().circuit_breakers() {
        let (name, state) = (breaker.name().as_str(), breaker.state());
        let by_hand = layers::forced((PolicyKind::CircuitBreaker, name)).is_none();
        if by_hand && FORCED.contains(&state) {
            // Writing to a string does not fail.
            let _ = write!(text, "\n[circuit_breaker.{}]\nstate = \"{state}\"\n", quoted(name));
        }
    }
    text
}

/// A key as TOML has it.
pub(super) fn quoted(name: &str) -> String {
    let mut text = String::from('"');
    for c in name.chars() {
        let _ = match c {
            '"' | '\\' => write!(text, "\\{c}"),
            c if c.is_control() => write!(text, "\\u{:04X}", u32::from(c)),
            c => write!(text, "{c}"),
        };
    }
    text.push('"');
    text
}

/// Whole or not at all: a file that is written in place may be lost with both its versions.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut new = path.to_owned().into_os_string();
    new.push(".new");
    let mut file = File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_back_whatever_it_holds() {
        for name in ["payments", "a.b::c", "say \"no\"", "back\\slash", "line\nbreak", "größe"] {
            let text = format!("[circuit_breaker.{}]\nstate = \"forced-open\"", quoted(name));
            let leaves = toml_text::file("f", &text).unwrap();
            assert_eq!(states(&leaves), Ok(vec![(name.to_owned(), Forced::Open)]), "{text}");
        }
    }

    #[test]
    fn only_states_are_kept() {
        let told = |text| states(&toml_text::file("f", text).unwrap()).unwrap_err().to_string();
        assert_eq!(
            told("[circuit_breaker.a]\nopen_for = \"1s\""),
            "f:2:1: `open_for` is not kept here: only states are"
        );
        assert!(told("[circuit_breaker.a]\nstate = \"open\"").starts_with("f:2:9: unknown word"));
    }
}
