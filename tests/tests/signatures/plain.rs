//! Plain functions: what need not wait guards them too.

use std::cell::Cell;

use resilience::{bulkhead, circuit_breaker, fallback, rate_limit, resilient, retry};

use super::Answer;

struct Counter {
    count: u32,
}

impl Counter {
    #[fallback(Ok(7))]
    #[rate_limit("1000/s")]
    #[bulkhead(max_concurrent = 2)]
    #[retry(delay = "0ms")]
    #[circuit_breaker]
    fn parse(&self, text: &str) -> Answer<u32> {
        if text.is_empty() {
            return Ok(self.count);
        }
        Ok(u32::try_from(text.len()).unwrap_or_default())
    }

    #[circuit_breaker]
    fn borrowed<'a>(&'a mut self, _text: &str) -> Answer<&'a mut u32> {
        Ok(&mut self.count)
    }

    #[bulkhead]
    fn consumed(self, text: String) -> Answer<String> {
        Ok(text + &self.count.to_string())
    }

    #[retry(attempts = 4, delay = "0ms")]
    fn exclusive(&mut self) -> Result<u32, &'static str> {
        self.count += 1;
        if self.count < 3 { Err("not yet") } else { Ok(self.count) }
    }
}

#[test]
fn methods() {
    let mut counter = Counter { count: 1 };
    assert_eq!((counter.parse("abc"), counter.parse("")), (Ok(3), Ok(1)));
    assert_eq!(counter.exclusive(), Ok(3));
    *counter.borrowed("").unwrap() += 1;
    assert_eq!(counter.consumed("a".into()).unwrap(), "a4");
}

#[retry]
fn opaque(n: u8) -> Result<impl Iterator<Item = u8>, resilience::Rejection> {
    Ok(0..n)
}

#[circuit_breaker]
fn generic<T: Clone, const N: usize>(value: &T, more: impl Fn(&T)) -> Answer<[T; N]> {
    more(value);
    Ok(std::array::from_fn(|_| value.clone()))
}

#[resilient(timeout(off), retry(delay = "0ms"), attempt_timeout(off))]
fn pipeline(runs: &Cell<u32>) -> Answer<u32> {
    runs.set(runs.get() + 1);
    Ok(runs.get())
}

#[test]
fn free_functions() {
    assert_eq!(opaque(3).unwrap().sum::<u8>(), 3);
    assert_eq!(generic::<_, 2>(&'a', |_| ()), Ok(['a', 'a']));
    assert_eq!(pipeline(&Cell::new(0)), Ok(1));
}

#[fallback(0)]
#[bulkhead(max_concurrent = 1)]
fn total(nested: bool) -> u32 {
    if nested { 10 + total(false) } else { 1 }
}

#[test]
fn a_plain_value_with_a_fallback() {
    assert_eq!((total(false), total(true)), (1, 10));
}
