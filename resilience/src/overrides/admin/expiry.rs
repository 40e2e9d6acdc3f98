//! Options whose time is over.

use std::collections::BTreeMap;

use parking_lot::Mutex;

use super::commit::{plan, tell};
use super::entries::{self, Options};
use super::wish::Author;
use crate::overrides::join::turn;
use crate::overrides::layers::Spot;
use crate::overrides::problems::Problems;
use crate::overrides::reloads;
use crate::stack::event::{self, Event};

/// Why nothing could expire, as it was told last: each look tries again, and the same problems are told once.
static TOLD: Mutex<Option<Problems>> = Mutex::new(None);

/// Takes back what has expired. What would contradict the rest then stays in force, and is told.
pub(crate) fn expire() {
    let mut turn = turn();
    let mut entries = entries::all();
    let expired = take_expired(&mut entries);
    if expired.is_empty() {
        return;
    }
    match plan(&turn, &entries) {
        Ok(plan) => {
            entries::replace(entries);
            let done = plan.put(&mut turn);
            drop(turn);
            *TOLD.lock() = None;
            reloads::note_applied();
            for (spot, author) in &expired {
                tell(*spot, author, "expire");
            }
            if let Err(problems) = done.tell() {
                problems.log("expiry_refused");
            }
        }
        Err(problems) => {
            drop(turn);
            tell_once(&problems);
        }
    }
}

fn tell_once(problems: &Problems) {
    let before = TOLD.lock().replace(problems.clone());
    if before.as_ref() != Some(problems) {
        problems.log("expiry_refused");
        let problems = problems.iter().map(ToString::to_string).collect();
        event::announce(Event::ReloadRefused { problems });
    }
}

/// Takes out what has expired; which policies it was, and who had asked for it.
fn take_expired(entries: &mut BTreeMap<Spot, Options>) -> Vec<(Spot, Author)> {
    let mut expired = Vec::new();
    for (spot, options) in &mut *entries {
        let first = options.values().find(|entry| !entry.is_alive());
        expired.extend(first.map(|entry| (*spot, entry.author.clone())));
        options.retain(|_, entry| entry.is_alive());
    }
    entries.retain(|_, options| !options.is_empty());
    expired
}
