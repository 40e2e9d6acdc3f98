//! Free `async fn`s: arguments, generics, attributes and bodies of all kinds.

use std::fmt::Display;
use std::rc::Rc;

use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, Rejection, bulkhead,
    circuit_breaker, fallback, hedge, rate_limit, resilient, retry, timeout,
};

use super::{Answer, sent};

#[fallback(|error| {
    Err(*error)
})]
#[rate_limit("1000/s")]
#[bulkhead]
#[timeout]
#[retry]
#[circuit_breaker]
#[hedge]
async fn everything(text: &str) -> Answer<usize> {
    tokio::task::yield_now().await;
    Ok(text.len())
}

#[tokio::test]
async fn all_policies_at_once() {
    assert_eq!(sent(everything("abc")).await, Ok(3));
}

#[timeout]
async fn patterns(
    (a, mut b): (u8, u8),
    [c, ..]: [u8; 3],
    Pair { left, .. }: Pair,
    _: Vec<u8>,
) -> Answer<u8> {
    b += 1;
    Ok(a + b + c + left)
}

struct Pair {
    left: u8,
    #[allow(dead_code, reason = "the pattern leaves it out")]
    right: u8,
}

#[tokio::test]
async fn arguments_are_patterns() {
    let pair = Pair { left: 5, right: 9 };
    assert_eq!(sent(patterns((1, 2), [3, 9, 9], pair, Vec::new())).await, Ok(12));
}

#[retry]
async fn generic<'a, T, const N: usize>(
    items: &'a [T; N],
    show: impl Fn(&T) -> String + Sync,
) -> Answer<(&'a T, String)>
where
    T: Display + Sync,
{
    let all: Vec<_> = items.iter().map(&show).collect();
    Ok((&items[N - 1], all.concat()))
}

#[tokio::test]
async fn generics_constants_lifetimes_and_bounds() {
    let items = [1, 2, 3];
    let (last, all) = sent(generic(&items, ToString::to_string)).await.unwrap();
    assert_eq!((*last, all.as_str()), (3, "123"));
}

#[timeout]
async fn opaque(up_to: u32) -> Result<impl Iterator<Item = u32> + use<>, Rejection> {
    Ok((0..up_to).filter(|n| n % 2 == 1))
}

#[tokio::test]
async fn the_value_may_be_an_opaque_type() {
    assert_eq!(sent(opaque(6)).await.unwrap().collect::<Vec<_>>(), [1, 3, 5]);
}

#[circuit_breaker]
async fn r#match(r#type: u8) -> Answer<u8> {
    Ok(r#type)
}

#[tokio::test]
async fn names_may_be_raw() {
    assert_eq!(sent(r#match(1)).await, Ok(1));
    assert!(resilience::registry().circuit_breaker("signatures::functions::match").is_some());
}

#[resilient]
async fn ways_out(text: &str) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    if text.is_empty() {
        return Ok(0);
    }
    let number: u32 = text.parse()?;
    for n in 0.. {
        if n == number {
            return Ok(n);
        }
    }
    unreachable!("the loop ends only by `return`")
}

#[tokio::test]
async fn question_mark_and_return_leave_the_body_only() {
    assert_eq!(sent(ways_out("")).await.unwrap(), 0);
    assert_eq!(ways_out("7").await.unwrap(), 7);
    assert!(ways_out("seven").await.is_err());
    let breaker =
        resilience::registry().circuit_breaker("signatures::functions::ways_out.circuit_breaker");
    assert_eq!(breaker.unwrap().totals().requests, 3);
}

/// Documented.
#[must_use = "it does nothing else"]
#[doc = "Twice."]
#[cfg(test)]
#[retry]
#[inline]
#[allow(clippy::unused_async)]
#[circuit_breaker]
pub(crate) async fn attributed() -> Answer<u8> {
    #![allow(unused_variables, clippy::items_after_statements)]
    let unused = 1;

    #[retry]
    async fn inside() -> Answer<u8> {
        Ok(2)
    }
    inside().await
}

#[tokio::test]
async fn built_in_attributes_and_functions_inside_functions() {
    assert_eq!(sent(attributed()).await, Ok(2));
}

#[circuit_breaker]
async unsafe fn hazardous(at: *const u8) -> Answer<u8> {
    Ok(unsafe { *at })
}

#[tokio::test]
async fn unsafe_functions() {
    assert_eq!(unsafe { hazardous(&7) }.await, Ok(7));
}

#[timeout]
#[bulkhead]
async fn consumed(text: String, count: &mut u32) -> Answer<String> {
    *count += 1;
    Ok(text)
}

#[bulkhead({critical})]
#[circuit_breaker({latency}, when_err = |error| error.retry_after().is_none())]
async fn named_like_flags(critical: &Bulkhead, latency: &CircuitBreaker) -> Answer<u8> {
    Ok(1)
}

#[tokio::test]
async fn braces_tell_an_instance_from_a_flag() {
    let bulkhead = Bulkhead::new("critical", BulkheadConfig::new());
    let breaker = CircuitBreaker::new("latency", CircuitBreakerConfig::new());
    assert_eq!(sent(named_like_flags(&bulkhead, &breaker)).await, Ok(1));
    assert_eq!(breaker.totals().successes, 1);
}

#[circuit_breaker(critical = true, latency = false, min_calls = 1)]
async fn flags_with_values() -> Answer<u8> {
    Ok(1)
}

#[tokio::test]
async fn flags_may_be_written_out() {
    assert_eq!(sent(flags_with_values()).await, Ok(1));
}

#[tokio::test]
async fn what_runs_once_may_consume_its_arguments() {
    let mut count = 0;
    assert_eq!(sent(consumed("a".into(), &mut count)).await.unwrap(), "a");
    assert_eq!(count, 1);
}

#[resilient(retry, fallback(Ok(Rc::new(0))))]
async fn local(number: Rc<u32>) -> Answer<Rc<u32>> {
    tokio::task::yield_now().await;
    Ok(number.clone())
}

#[tokio::test]
async fn what_is_not_send_is_guarded_all_the_same() {
    assert_eq!(*local(Rc::new(3)).await.unwrap(), 3);
}
