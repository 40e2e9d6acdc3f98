//! What the script of opinions does, in Rust, for the store in memory. Pure: time is an argument, in microseconds.

use std::collections::HashMap;

use crate::circuit_state::CircuitState;
use crate::fleet::opinion::{Opinion, Verdict, Word};

/// What the replicas think of one dependency.
#[derive(Debug, Default)]
pub(super) struct Ballot {
    /// Until when each says that the circuit is open.
    open: HashMap<String, u64>,
    /// Who has the right to try, and until when.
    trial: Option<(String, u64)>,
    closed: Option<u64>,
    pub(super) forced: Option<CircuitState>,
}

impl Ballot {
    /// How many say that it is open.
    pub(super) fn open(&self, now: u64) -> usize {
        self.open.values().filter(|until| **until > now).count()
    }

    /// Takes one replica's opinion, and says what the others think.
    pub(super) fn vote(&mut self, replica: &str, now: u64, opinion: Opinion) -> Verdict {
        let Opinion { word, trying } = opinion;
        self.open.retain(|_, until| *until > now);
        self.open.remove(replica);
        let others = match word {
            Word::Closed => 0,
            Word::Open(_) | Word::Well => u32::try_from(self.open.len()).unwrap_or(u32::MAX),
        };
        match word {
            Word::Open(remaining) => drop(self.open.insert(replica.to_owned(), now + remaining)),
            Word::Well => {}
            Word::Closed => {
                self.open.clear();
                self.closed = Some(now);
                self.trial = None;
            }
        }
        let right = self.grant(replica, now, trying, others);
        let closed_since = self.closed.map(|closed| now - closed);
        Verdict { others, closed_since, right, forced: self.forced }
    }

    fn grant(&mut self, replica: &str, now: u64, trying: u64, others: u32) -> bool {
        let is_taken = |(holder, until): &(String, u64)| holder != replica && *until > now;
        let is_mine = self.trial.as_ref().is_some_and(|(holder, _)| holder == replica);
        if trying == 0 {
            if is_mine {
                self.trial = None;
            }
            return false;
        }
        let right = others == 0 && !self.trial.as_ref().is_some_and(is_taken);
        if right {
            self.trial = Some((replica.to_owned(), now + trying));
        }
        right
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;
    const WELL: Opinion = Opinion { word: Word::Well, trying: 0 };
    const OPEN: Opinion = Opinion { word: Word::Open(10 * SECOND), trying: 0 };
    const TRIES: Opinion = Opinion { word: Word::Well, trying: 30 * SECOND };
    const CLOSED: Opinion = Opinion { word: Word::Closed, trying: 0 };

    #[test]
    fn opinions_are_counted_until_they_end() {
        let mut ballot = Ballot::default();
        assert_eq!(ballot.vote("a", 0, OPEN).others, 0);
        assert_eq!(ballot.vote("b", 2 * SECOND, OPEN).others, 1);
        assert_eq!(ballot.vote("c", 3 * SECOND, WELL).others, 2);
        assert_eq!(ballot.vote("c", 11 * SECOND, WELL).others, 1);
        assert_eq!(ballot.vote("b", 11 * SECOND, WELL).others, 0);
        assert_eq!(ballot.vote("c", 11 * SECOND, WELL).others, 0);
    }

    #[test]
    fn one_replica_tries() {
        let mut ballot = Ballot::default();
        ballot.vote("a", 0, OPEN);
        assert!(!ballot.vote("b", 0, TRIES).right, "another one's period is not over");
        let now = 10 * SECOND;
        assert!(ballot.vote("b", now, TRIES).right);
        assert!(!ballot.vote("a", now, TRIES).right);
        assert!(ballot.vote("b", now + SECOND, TRIES).right, "it keeps the right");
        assert!(ballot.vote("a", now + 31 * SECOND, TRIES).right, "not for ever");
    }

    #[test]
    fn a_trial_decides_for_all() {
        let mut ballot = Ballot::default();
        ballot.vote("a", 0, OPEN);
        let now = 10 * SECOND;
        assert!(ballot.vote("b", now, TRIES).right);
        ballot.vote("b", now, OPEN);
        assert!(!ballot.vote("a", now, TRIES).right, "it failed: open again for all");
        assert!(ballot.vote("a", now + 10 * SECOND, TRIES).right);
        assert_eq!(ballot.vote("a", now + 11 * SECOND, CLOSED).others, 0);
        let told = ballot.vote("b", now + 12 * SECOND, TRIES);
        assert_eq!(told.closed_since, Some(SECOND));
    }
}
