#![forbid(unsafe_code)]
#![deny(warnings)]

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use resilience::{Rejection, bulkhead, circuit_breaker, resilient, retry, timeout};

type Outcome = Result<usize, Rejection>;

#[derive(Clone, Copy, Default)]
struct Marker;

struct Point {
    x: String,
    #[allow(dead_code)]
    y: String,
}

impl Display for Point {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.x)
    }
}

impl Point {
    #[timeout]
    async fn by_reference(&mut self, (x, _): (String, String)) -> Outcome {
        self.x = x;
        Ok(self.x.len())
    }

    #[bulkhead]
    #[circuit_breaker]
    async fn by_value(self, Self { x, .. }: Self) -> Outcome {
        Ok(self.x.len() + x.len())
    }

    #[bulkhead]
    async fn mutable(mut self, (x, _): (String, String)) -> Outcome {
        self.x += &x;
        Ok(self.x.len())
    }

    #[timeout]
    async fn shared(self: Arc<Self>, [x, ..]: [String; 2]) -> Outcome {
        Ok(self.x.len() + x.len())
    }

    #[circuit_breaker]
    fn at_once(&mut self, (x, _): (String, String)) -> Outcome {
        self.x = x;
        Ok(self.x.len())
    }

    #[circuit_breaker(when_err = |_| format!("{self}").is_empty())]
    async fn judged(self, text: String) -> Outcome {
        Ok(self.x.len() + text.len())
    }

    #[circuit_breaker(when_err = |_| format!("{self:>4}").is_empty())]
    async fn judged_by_reference(&mut self, text: String) -> Outcome {
        Ok(self.x.len() + text.len())
    }
}

#[timeout]
async fn whole(ref mut text: String) -> Outcome {
    text.push('!');
    Ok(text.len())
}

#[timeout]
#[retry]
async fn parts((ref mut a, b): (String, String), Point { ref mut x, .. }: Point) -> Outcome {
    a.push('!');
    x.push('!');
    Ok(a.len() + b.len() + x.len())
}

#[bulkhead]
fn parts_at_once((ref mut a, _): (String, String), mut b: String) -> Outcome {
    a.push('!');
    b.push('!');
    Ok(a.len() + b.len())
}

#[timeout]
async fn absent(#[cfg(any())] a: Missing, b: String) -> Outcome {
    #[cfg(any())]
    a.touch();
    Ok(b.len())
}

#[resilient(retry)]
async fn absent_parts(#[cfg(any())] (a, _): Missing, (b, _): (String, String), #[cfg(all())] c: String, #[cfg(any())] _: Missing, #[cfg(all())] _: String) -> Outcome {
    #[cfg(any())]
    a.touch();
    Ok(b.len() + c.len())
}

#[bulkhead]
#[timeout]
#[retry]
async fn absent_before_a_retry(a: String, #[cfg(any())] b: Missing, #[cfg_attr(all(), cfg(any()))] c: Missing) -> Outcome {
    #[cfg(any())]
    (b.touch(), c.touch());
    Ok(a.len())
}

#[circuit_breaker]
fn absent_at_once(#[cfg(any())] a: Missing, #[cfg(all())] (b, _): (String, String)) -> Outcome {
    #[cfg(any())]
    a.touch();
    Ok(b.len())
}

#[timeout]
async fn with_levels_of_parts(#[expect(unused_variables)] (a, _): (String, String), #[allow(unused_mut)] (mut b, _): (String, String)) -> Outcome {
    Ok(b.len())
}

#[timeout]
async fn with_levels(#[allow(unused_variables)] a: String, #[expect(unused_variables)] b: String, (c, _): (String, String)) -> Outcome {
    Ok(c.len())
}

#[timeout]
async fn in_a_text(r#type: String, r#match: String) -> Outcome {
    Ok(format!("{type}{match:?}").len())
}

#[timeout]
async fn unit(Marker: Marker, text: String) -> Outcome {
    Ok(text.len())
}

#[timeout]
#[retry]
async fn unit_beside_a_gap(Marker: Marker, (a, _): (String, String)) -> Outcome {
    Ok(a.len())
}

fn text() -> String {
    "text".into()
}

fn texts() -> (String, String) {
    (text(), text())
}

fn point() -> Point {
    Point { x: text(), y: text() }
}

#[tokio::main]
async fn main() {
    assert_eq!(point().by_reference(texts()).await.unwrap(), 4);
    assert_eq!(point().by_value(point()).await.unwrap(), 8);
    assert_eq!(point().mutable(texts()).await.unwrap(), 8);
    assert_eq!(Arc::new(point()).shared([text(), text()]).await.unwrap(), 8);
    assert_eq!(point().at_once(texts()).unwrap(), 4);
    assert_eq!(point().judged(text()).await.unwrap(), 8);
    assert_eq!(point().judged_by_reference(text()).await.unwrap(), 8);
    assert_eq!(whole(text()).await.unwrap(), 5);
    assert_eq!(parts(texts(), point()).await.unwrap(), 14);
    assert_eq!(parts_at_once(texts(), text()).unwrap(), 10);
    assert_eq!(absent(text()).await.unwrap(), 4);
    assert_eq!(absent_parts(texts(), text(), text()).await.unwrap(), 8);
    assert_eq!(absent_before_a_retry(text()).await.unwrap(), 4);
    assert_eq!(absent_at_once(texts()).unwrap(), 4);
    assert_eq!(with_levels_of_parts(texts(), texts()).await.unwrap(), 4);
    assert_eq!(with_levels(text(), text(), texts()).await.unwrap(), 4);
    assert_eq!(in_a_text(text(), text()).await.unwrap(), 10);
    assert_eq!(unit(Marker, text()).await.unwrap(), 4);
    assert_eq!(unit_beside_a_gap(Marker, texts()).await.unwrap(), 4);
}
