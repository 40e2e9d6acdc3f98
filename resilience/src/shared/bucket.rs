//! What the scripts do, in Rust, for the store in memory. Pure: time is an argument, in microseconds.

use crate::fleet::ask::{Answer, Ask, Refund};

/// Takes turns, or books one: `arrival` is the theoretical arrival time, 0 where nothing is stored.
pub(super) fn take(arrival: &mut u64, now: u64, ask: Ask) -> Answer {
    let Ask { interval, limit, need, wanted, patience, longest, unused } = ask;
    let furthest = now.saturating_add(limit).saturating_add(longest);
    let kept = (*arrival).max(now).min(furthest);
    let kept = kept.saturating_sub(u64::from(unused) * interval).max(now);
    let room = limit.saturating_sub(kept - now) / interval;
    let (turns, wait) = match u32::try_from(room).unwrap_or(u32::MAX).min(wanted) {
        turns if turns >= need => (turns, 0),
        _ => (need, (kept + u64::from(need) * interval).saturating_sub(limit + now)),
    };
    if wait > patience {
        *arrival = (*arrival).min(kept);
        return Answer { turns: 0, wait, arrival: 0 };
    }
    *arrival = kept + u64::from(turns) * interval;
    Answer { turns, wait, arrival: *arrival }
}

/// Gives turns back, if none was taken or booked since.
pub(super) fn give_back(arrival: &mut u64, now: u64, refund: Refund) {
    if *arrival == refund.arrival {
        *arrival = arrival.saturating_sub(u64::from(refund.turns) * refund.interval).max(now);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 100/s, burst 10.
    const LIMIT: Ask = Ask {
        interval: 10_000,
        limit: 100_000,
        need: 1,
        wanted: 1,
        patience: 0,
        longest: 0,
        unused: 0,
    };

    const NOW: u64 = 1 << 50;

    #[test]
    fn gives_a_burst_and_then_says_when() {
        let mut arrival = 0;
        for _ in 0..10 {
            assert_eq!(take(&mut arrival, NOW, LIMIT).turns, 1);
        }
        let before = arrival;
        let answer = take(&mut arrival, NOW + 3_000, LIMIT);
        assert_eq!((answer.turns, answer.wait), (0, 7_000));
        assert_eq!(arrival, before, "a rejection writes nothing");
        assert_eq!(take(&mut arrival, NOW + 10_000, LIMIT).turns, 1);
    }

    #[test]
    fn gives_what_there_is_but_not_less_than_needed() {
        let mut arrival = 0;
        assert_eq!(take(&mut arrival, NOW, Ask { wanted: 7, ..LIMIT }).turns, 7);
        assert_eq!(take(&mut arrival, NOW, Ask { need: 2, wanted: 7, ..LIMIT }).turns, 3);
        let heavy = take(&mut arrival, NOW + 30_000, Ask { need: 4, wanted: 7, ..LIMIT });
        assert_eq!((heavy.turns, heavy.wait), (0, 10_000));
        assert_eq!(take(&mut arrival, NOW + 30_000, LIMIT).turns, 1);
    }

    #[test]
    fn unused_turns_come_back() {
        let mut arrival = 0;
        take(&mut arrival, NOW, Ask { need: 10, wanted: 10, ..LIMIT });
        let answer = take(&mut arrival, NOW, Ask { unused: 4, wanted: 9, ..LIMIT });
        assert_eq!(answer.turns, 4);
    }

    #[test]
    fn a_booked_turn_goes_back_if_it_was_the_last() {
        let mut arrival = 0;
        take(&mut arrival, NOW, Ask { need: 10, wanted: 10, ..LIMIT });
        let patient = Ask { patience: 50_000, longest: 50_000, ..LIMIT };
        let first = take(&mut arrival, NOW, patient);
        let second = take(&mut arrival, NOW, patient);
        assert_eq!((first.wait, second.wait), (10_000, 20_000));
        let refund =
            |answer: Answer| Refund { interval: 10_000, turns: 1, arrival: answer.arrival };
        give_back(&mut arrival, NOW, refund(first));
        assert_eq!(take(&mut arrival, NOW, Ask { patience: 1, ..patient }).wait, 30_000);
        give_back(&mut arrival, NOW, refund(second));
        assert_eq!(take(&mut arrival, NOW, patient).wait, 20_000);
        assert_eq!(take(&mut arrival, NOW, Ask { patience: 29_999, ..patient }).turns, 0);
    }

    #[test]
    fn a_clock_that_was_set_back_costs_one_burst() {
        let mut arrival = NOW + 3_600_000_000;
        let answer = take(&mut arrival, NOW, LIMIT);
        assert_eq!((answer.turns, answer.wait), (0, 10_000));
        assert_eq!(arrival, NOW + 100_000, "what was cut is stored");
        assert_eq!(take(&mut arrival, NOW + 10_000, LIMIT).turns, 1);
    }

    proptest! {
        /// In any time, at most a burst and what the rate gives begin, booked ones included.
        #[test]
        fn never_more_than_the_limit(
            calls in prop::collection::vec((0..30_000_u64, 1..4_u32, 0..6_u32, any::<bool>()), 1..200),
        ) {
            let (mut arrival, mut now, mut begun) = (0, NOW, Vec::new());
            for (pause, need, more, waits) in calls {
                now += pause;
                let patience = if waits { 60_000 } else { 0 };
                let ask = Ask { need, wanted: need + more, patience, longest: 60_000, ..LIMIT };
                let answer = take(&mut arrival, now, ask);
                begun.extend((0..answer.turns).map(|_| now + answer.wait));
            }
            begun.sort_unstable();
            for (first, from) in begun.iter().enumerate() {
                for (last, to) in begun.iter().enumerate().skip(first) {
                    let allowed = 10 + (to - from) / 10_000;
                    prop_assert!((last - first + 1) as u64 <= allowed);
                }
            }
        }
    }
}
