//! What a call was admitted under.

use super::trials::TrialId;
use super::word::Word;

/// It is compared with the present when the call ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ticket {
    pub(super) word: Word,
    pub(super) trial: Option<TrialId>,
}

impl Ticket {
    pub(super) const fn passing(word: Word) -> Self {
        Self { word, trial: None }
    }

    pub(super) const fn trial(word: Word, trial: TrialId) -> Self {
        Self { word, trial: Some(trial) }
    }

    /// Whether the call is no trial, and needs nothing but to be counted.
    #[inline]
    pub(super) fn is_plain(self) -> bool {
        self.trial.is_none() && self.word.is_plain()
    }

    pub(super) fn unmarked(self) -> Self {
        Self { word: self.word.unmarked(), ..self }
    }
}
