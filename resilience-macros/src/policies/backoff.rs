//! How pauses grow: what `backoff = …` means, as far as a stack must know to add the pauses up.

use std::time::Duration;

use crate::attribute::options::choice::Words;

/// The words for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backoff {
    Exponential,
    Linear,
    Fixed,
    Fibonacci,
}

impl Words for Backoff {
    const TYPE: &'static str = "Backoff";
    const WORDS: &'static [(&'static str, Self, &'static str)] = &[
        ("exponential", Self::Exponential, "Exponential"),
        ("linear", Self::Linear, "Linear"),
        ("fixed", Self::Fixed, "Fixed"),
        ("fibonacci", Self::Fibonacci, "Fibonacci"),
    ];
}

/// How many times the first delay each pause lasts.
pub(crate) fn growth(backoff: Backoff, factor: f64) -> impl Iterator<Item = f64> {
    let (mut this, mut next) = (1.0, 2.0);
    std::iter::from_fn(move || {
        let step = this;
        (this, next) = match backoff {
            Backoff::Exponential => (this * factor, next),
            Backoff::Linear => (this + 1.0, next),
            Backoff::Fixed => (this, next),
            Backoff::Fibonacci => (next, this + next),
        };
        Some(step)
    })
}

/// Saturates.
pub(crate) fn scaled(delay: Duration, by: f64) -> Duration {
    Duration::try_from_secs_f64(delay.as_secs_f64() * by).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_as_the_words_say() {
        let first = |backoff| {
            growth(backoff, 2.0).take(5).map(|step| format!("{step}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(first(Backoff::Exponential), "1 2 4 8 16");
        assert_eq!(first(Backoff::Linear), "1 2 3 4 5");
        assert_eq!(first(Backoff::Fixed), "1 1 1 1 1");
        assert_eq!(first(Backoff::Fibonacci), "1 2 3 5 8");
    }

    #[test]
    fn a_huge_pause_saturates() {
        assert_eq!(scaled(Duration::from_secs(1), f64::INFINITY), Duration::MAX);
    }
}
