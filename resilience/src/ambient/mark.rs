//! Which attempt of which retry runs, in one word.

/// Which attempt of which retry runs, and whether the call's id has been drawn: the one word that calls pay for which
/// never ask. 0 is outside any.
///
/// From the highest bit: whether the number was told by a sender, the number (31 bits), the retry's own number (30 bits,
/// 0 for none), a bit that is free, whether the id has been drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark(u64);

impl Mark {
    /// Each question about the id is a call of its own.
    pub(super) const OUTSIDE: Self = Self(0);
    pub(super) const FIRST: Self = Self(Self::ATTEMPT);
    const DRAWN: u64 = 1;
    const RETRY: u64 = 4;
    const ATTEMPT: u64 = 1 << 32;
    #[cfg(feature = "http")]
    const TOLD: u64 = 1 << 63;
    /// Later attempts have this number, too.
    const LAST: u32 = u32::MAX >> 1;
    /// How many retries can be told apart.
    pub(crate) const RETRIES: u32 = 1 << 30;

    /// The first attempt of the retry that has this number. Its two lowest bits are 0.
    pub(crate) const fn first_of(retry: u32) -> u64 {
        Self::ATTEMPT | (retry as u64 * Self::RETRY)
    }

    /// What [`first_of`](Self::first_of) has made.
    #[inline]
    pub(crate) const fn of_first(bits: u64) -> Self {
        Self(bits)
    }

    /// The number of the retry, if it is one's.
    pub(super) fn retry(self) -> Option<u32> {
        let retry = self.0 % Self::ATTEMPT / Self::RETRY;
        u32::try_from(retry).ok().filter(|retry| *retry > 0)
    }

    /// Whether a retry or hedge of ours counts here.
    #[inline]
    pub(super) const fn is_inside(self) -> bool {
        self.0.cast_signed() > 0
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "that many bits are left")]
    pub(super) const fn number(self) -> u32 {
        (self.0 / Self::ATTEMPT) as u32 & Self::LAST
    }

    #[inline]
    const fn is_drawn(self) -> bool {
        self.0 & Self::DRAWN != 0
    }

    /// Whether an id has been drawn for any of the two.
    #[inline]
    pub(super) const fn is_any_drawn(self, other: Self) -> bool {
        Self(self.0 | other.0).is_drawn()
    }

    pub(super) const fn drawn(self) -> Self {
        Self(self.0 | Self::DRAWN)
    }

    #[inline]
    pub(super) const fn is_first(self) -> bool {
        self.0 < 2 * Self::ATTEMPT
    }

    /// The same retry's next attempt.
    pub(super) const fn next(self) -> Self {
        if self.number() < Self::LAST { Self(self.0 + Self::ATTEMPT) } else { self }
    }

    /// The number of a sender's attempt.
    #[cfg(feature = "http")]
    pub(super) const fn told(number: u32) -> Self {
        let number = if number < Self::LAST { number } else { Self::LAST };
        Self(Self::TOLD | (number as u64 * Self::ATTEMPT))
    }
}
