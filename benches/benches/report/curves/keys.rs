//! A keyed rate limit's check by the number of keys.

use std::hash::Hash;

use governor::DefaultKeyedRateLimiter;
use resilience::keyed::Key;
use resilience::{Keyed, RateLimitConfig, RateLimiter};
use resilience_benches::shuffled;

use super::{Curve, NANOS, Words};
use crate::harness::{Criterion, Group, bench_plain};
use crate::rate_limit;

const KEYS: [u32; 6] = [1, 10, 100, 1_000, 10_000, 100_000];

pub(super) fn curve(criterion: &mut Criterion) -> Curve {
    for keys in KEYS {
        known(criterion, keys);
    }
    let words = Words {
        file: "keys.svg",
        title: "A keyed rate limit's check by the number of keys",
        about: "Known keys, looked up in another order than they came in. Where they don't fit the processor's cache, it \
                is the memory that is measured.",
        x: "keys",
        y: NANOS,
    };
    Curve::new(words, &KEYS, &criterion.take())
}

fn known(criterion: &mut Criterion, number: u32) {
    let text = |key| format!("tenant-{key}");
    let (integers, texts) = (shuffled(number, u64::from), shuffled(number, text));
    let mut group = criterion.benchmark_group(format!("{number} keys"));
    ours(&mut group, "resilience, integers", u64::from, &integers);
    ours(&mut group, "resilience, texts", text, &texts);
    governor(&mut group, "governor, integers", u64::from, &integers);
    governor(&mut group, "governor, texts", text, &texts);
    group.finish();
}

fn ours<'a, K: Key + Hash + Eq + Clone + Send + Sync + 'static>(
    group: &mut Group<'a>,
    name: &str,
    key: impl Fn(u32) -> K,
    keys: &'a [K],
) {
    let rate = RateLimitConfig::new().rate(rate_limit::NEVER_REACHED);
    let number = u32::try_from(keys.len()).expect("there are few keys");
    let limits = Keyed::<RateLimiter>::new("keys", rate).max_keys(number);
    looked_up(group, name, (0..number).map(key), keys, move |key| {
        limits.get(key).try_acquire().is_ok()
    });
}

fn governor<'a, K: Hash + Eq + Clone + 'a>(
    group: &mut Group<'a>,
    name: &str,
    key: impl Fn(u32) -> K,
    keys: &'a [K],
) {
    let limits = DefaultKeyedRateLimiter::<K>::keyed(rate_limit::never_reached());
    let number = u32::try_from(keys.len()).expect("there are few keys");
    looked_up(group, name, (0..number).map(key), keys, move |key| limits.check_key(key).is_ok());
}

/// Keys come as in `come`, and are looked up as in `keys`.
fn looked_up<'a, K>(
    group: &mut Group<'a>,
    name: &str,
    mut come: impl Iterator<Item = K>,
    keys: &'a [K],
    mut check: impl FnMut(&K) -> bool + 'a,
) {
    assert!(come.all(|key| check(&key)), "nothing is rejected");
    let mut keys = keys.iter().cycle();
    bench_plain(group, name, move || keys.next().is_some_and(&mut check));
}
