#![forbid(unsafe_code)]
#![deny(warnings)]

use resilience::{Rejection, bulkhead, circuit_breaker, retry, timeout};

fn is_send<T: Send>(_: &T) {}

#[retry]
#[circuit_breaker]
#[timeout("1s")]
#[bulkhead]
pub(crate) async fn free(id: u64, name: &str) -> Result<String, Rejection> {
    if id == 0 {
        return Ok(String::new());
    }
    let id: u32 = "7".parse().map_err(|_| unreachable!()).and_then(|id: u32| Ok::<_, Rejection>(id))?;
    Ok(format!("{id}{name}"))
}

#[timeout]
async fn patterns((a, b): (u8, u8), [c, ..]: [u8; 3], mut d: Vec<u8>, _: ()) -> Result<Vec<u8>, Rejection> {
    d.extend([a, b, c]);
    Ok(d)
}

#[retry]
async fn generic<'a, T, const N: usize>(items: &'a [T; N], with: impl Fn(&T) -> u8 + Sync) -> Result<impl Iterator<Item = u8>, Rejection>
where
    T: Sync,
{
    let mapped: Vec<_> = items.iter().map(&with).collect();
    Ok(mapped.into_iter())
}

#[timeout]
async fn r#match(r#type: u8) -> Result<u8, Rejection> {
    Ok(r#type)
}

#[retry]
#[must_use = "money moves"]
#[cfg(all())]
#[doc = "Documented."]
async fn with_attributes() -> Result<(), Rejection> {
    #![allow(unused_variables)]
    let unused = 1;

    #[retry]
    async fn inside() -> Result<(), Rejection> {
        Ok(())
    }
    inside().await
}

#[tokio::main]
async fn main() {
    is_send(&free(1, "a"));
    is_send(&patterns((1, 2), [3, 4, 5], Vec::new(), ()));
    assert_eq!(free(1, "a").await.unwrap(), "7a");
    assert_eq!(patterns((1, 2), [3, 4, 5], vec![0], ()).await.unwrap(), [0, 1, 2, 3]);
    assert_eq!(generic(&[1, 2], |n| n + 1).await.unwrap().collect::<Vec<_>>(), [2, 3]);
    assert_eq!(r#match(1).await.unwrap(), 1);
    with_attributes().await.unwrap();
}
