#![forbid(unsafe_code)]
#![deny(warnings)]

use resilience::{Rejection, bulkhead, circuit_breaker, retry};

struct Counter {
    count: u32,
}

impl Counter {
    #[bulkhead(max_concurrent = 2)]
    #[retry(delay = "1ms")]
    #[circuit_breaker]
    fn parse(&self, text: &str) -> Result<u32, Rejection> {
        if text.is_empty() {
            return Ok(self.count);
        }
        Ok(text.len() as u32)
    }

    #[circuit_breaker]
    fn borrowed<'a>(&'a mut self, _text: &str) -> Result<&'a mut u32, Rejection> {
        Ok(&mut self.count)
    }

    #[bulkhead]
    fn consumed(self, text: String) -> Result<String, Rejection> {
        Ok(text + &self.count.to_string())
    }
}

#[retry]
fn iterator(n: u8) -> Result<impl Iterator<Item = u8>, Rejection> {
    Ok(0..n)
}

fn main() {
    let mut counter = Counter { count: 1 };
    assert_eq!(counter.parse("abc").unwrap(), 3);
    *counter.borrowed("").unwrap() += 1;
    assert_eq!(counter.consumed("a".into()).unwrap(), "a2");
    assert_eq!(iterator(2).unwrap().sum::<u8>(), 1);
}
