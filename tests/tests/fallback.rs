//! `#[fallback]`: what answers, when, and what it sees.

use std::cell::Cell;

use resilience::{Rejection, RejectionKind, circuit_breaker, fallback, registry, retry, timeout};

#[derive(Clone, Debug, PartialEq)]
enum ApiError {
    Down(u32),
    NotFound,
    Refused(RejectionKind),
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        Self::Refused(rejection.kind())
    }
}

struct Users {
    cache: Option<&'static str>,
    replica: Result<&'static str, ApiError>,
}

impl Users {
    async fn cached(&self, id: u32) -> Result<String, ApiError> {
        tokio::task::yield_now().await;
        self.cache.map(|name| format!("{name} {id}")).ok_or(ApiError::NotFound)
    }

    async fn replicated(&self) -> Result<String, ApiError> {
        tokio::task::yield_now().await;
        self.replica.clone().map(str::to_owned)
    }

    #[fallback(self.cached(id).await, self.replicated().await, Ok("unknown".to_owned()))]
    async fn user(&self, id: u32, answer: Result<&str, ApiError>) -> Result<String, ApiError> {
        answer.map(str::to_owned)
    }

    #[fallback(self.cached(id).await, self.replicated().await)]
    async fn strict_user(&self, id: u32) -> Result<String, ApiError> {
        Err(ApiError::Down(1))
    }
}

const NOTHING: Users = Users { cache: None, replica: Err(ApiError::Down(2)) };

#[tokio::test]
async fn expressions_are_tried_from_left_to_right() {
    let down = || Err(ApiError::Down(1));
    assert_eq!(NOTHING.user(1, Ok("ada")).await.unwrap(), "ada");
    let cached = Users { cache: Some("ada"), ..NOTHING };
    assert_eq!(cached.user(7, down()).await.unwrap(), "ada 7");
    let replicated = Users { replica: Ok("bob"), ..NOTHING };
    assert_eq!(replicated.user(7, down()).await.unwrap(), "bob");
    assert_eq!(NOTHING.user(7, down()).await.unwrap(), "unknown");
}

#[allow(clippy::items_after_statements, reason = "each part beside its checks")]
#[tokio::test]
async fn when_all_fail_the_first_error_is_returned() {
    assert_eq!(NOTHING.strict_user(1).await, Err(ApiError::Down(1)));
    #[fallback(Err(ApiError::Down(2)), |error| match error {
        ApiError::Down(2) => Err(ApiError::Down(3)),
        _ => Ok(0),
    })]
    fn all_fail() -> Result<u32, ApiError> {
        Err(ApiError::Down(1))
    }
    assert_eq!(
        all_fail(),
        Err(ApiError::Down(1)),
        "the second expression sees the first one's error"
    );
}

#[tokio::test]
async fn the_first_error_may_be_a_rejection() {
    #[fallback(Err(ApiError::Down(2)))]
    #[circuit_breaker(name = "first error")]
    async fn rejected() -> Result<u32, ApiError> {
        Ok(1)
    }
    registry().circuit_breaker("first error").unwrap().force_open();
    assert_eq!(rejected().await, Err(ApiError::Refused(RejectionKind::CircuitOpen)));
}

#[tokio::test]
async fn an_answer_that_may_end_early_is_none_that_always_answers() {
    fn parse(text: &str) -> Result<u32, ApiError> {
        text.parse().map_err(|_| ApiError::NotFound)
    }
    #[fallback(Ok(parse(text)? + 1))]
    async fn parsed(text: &str) -> Result<u32, ApiError> {
        Err(ApiError::Down(1))
    }
    assert_eq!(parsed("5").await, Ok(6));
    assert_eq!(parsed("five").await, Err(ApiError::Down(1)));
}

/// The errors of others can't be made from a rejection.
#[allow(clippy::items_after_statements, reason = "each part beside its checks")]
#[tokio::test(start_paused = true)]
async fn where_it_always_answers_no_conversion_is_asked_for() {
    type Foreign = std::num::ParseIntError;
    #[fallback(Ok(0))]
    #[timeout("1s")]
    async fn foreign(text: Option<&str>) -> Result<u32, Foreign> {
        let Some(text) = text else { return std::future::pending().await };
        text.parse()
    }
    assert_eq!(foreign(Some("5")).await, Ok(5));
    assert_eq!(foreign(Some("five")).await, Ok(0));
    assert_eq!(foreign(None).await, Ok(0));

    #[fallback("6".parse::<u32>().and_then(|_| "x".parse()), |error: &Foreign| { let _ = error; Ok(7) })]
    #[circuit_breaker(name = "foreign")]
    fn foreign_sync() -> Result<u32, Foreign> {
        "five".parse()
    }
    assert_eq!(foreign_sync(), Ok(7));
    registry().circuit_breaker("foreign").unwrap().force_open();
    assert_eq!(foreign_sync(), Ok(7));
}

#[tokio::test]
async fn a_closure_sees_the_error_and_later_ones_the_latest() {
    #[fallback(
        |error| { first.set(Some(error.clone())); Err(ApiError::Down(2)) },
        |error| { second.set(Some(error.clone())); tokio::task::yield_now().await; Ok(3) },
    )]
    async fn watched(
        first: &Cell<Option<ApiError>>,
        second: &Cell<Option<ApiError>>,
    ) -> Result<u32, ApiError> {
        Err(ApiError::Down(1))
    }
    let (first, second) = (Cell::default(), Cell::default());
    assert_eq!(watched(&first, &second).await, Ok(3));
    assert_eq!((first.take(), second.take()), (Some(ApiError::Down(1)), Some(ApiError::Down(2))));
}

#[tokio::test]
async fn when_err_filters() {
    #[fallback(Ok(0), when_err = |error| *error != ApiError::NotFound)]
    async fn filtered(error: ApiError) -> Result<u32, ApiError> {
        Err(error)
    }
    assert_eq!(filtered(ApiError::Down(1)).await, Ok(0));
    assert_eq!(filtered(ApiError::NotFound).await, Err(ApiError::NotFound));
}

#[tokio::test]
async fn question_mark_and_return_end_their_expression_only() {
    fn parse(text: &str) -> Result<u32, ApiError> {
        text.parse().map_err(|_| ApiError::NotFound)
    }
    #[fallback({ let name = parse(text)?; return Ok(name); }, Ok(9))]
    async fn parsed(text: &str) -> Result<u32, ApiError> {
        Err(ApiError::Down(1))
    }
    assert_eq!(parsed("5").await, Ok(5));
    assert_eq!(parsed("five").await, Ok(9));
}

#[tokio::test(start_paused = true)]
async fn it_answers_for_refusals_too() {
    #[fallback(|error| Ok(format!("{error:?}")))]
    #[circuit_breaker(name = "refused")]
    async fn refused() -> Result<String, ApiError> {
        Ok("fresh".to_owned())
    }
    #[fallback(Ok("late".to_owned()))]
    #[timeout("1s")]
    async fn hangs() -> Result<String, ApiError> {
        std::future::pending().await
    }
    registry().circuit_breaker("refused").unwrap().force_open();
    assert_eq!(refused().await.unwrap(), "Refused(CircuitOpen)");
    assert_eq!(hangs().await.unwrap(), "late");
}

#[tokio::test(start_paused = true)]
async fn around_a_retry_it_answers_after_the_last_attempt() {
    #[fallback(Ok(0))]
    #[retry(attempts = 3)]
    async fn tried(runs: &Cell<u32>) -> Result<u32, ApiError> {
        runs.set(runs.get() + 1);
        Err(ApiError::Down(runs.get()))
    }
    let runs = Cell::new(0);
    assert_eq!((tried(&runs).await, runs.get()), (Ok(0), 3));
}

#[tokio::test(start_paused = true)]
async fn an_outermost_fallback_makes_a_plain_function_total() {
    #[fallback(|rejection| rejection.kind().as_str().len())]
    #[timeout("1s")]
    async fn plain(hang: bool) -> usize {
        if hang {
            std::future::pending::<()>().await;
        }
        100
    }
    assert_eq!(plain(false).await, 100);
    assert_eq!(plain(true).await, "timed_out".len());
}

#[tokio::test]
async fn a_plain_function_that_no_policy_refuses_keeps_its_value() {
    #[fallback(0)]
    async fn alone() -> u32 {
        1
    }
    #[fallback(0)]
    #[retry]
    async fn retried() -> u32 {
        2
    }
    #[fallback(0)]
    fn blocking() -> u32 {
        3
    }
    assert_eq!((alone().await, retried().await, blocking()), (1, 2, 3));
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_not_send_harms_nobody_who_does_not_keep_it() {
    #[derive(Debug)]
    struct Local(#[allow(dead_code, reason = "it makes the type !Send")] *const u8);
    #[fallback({ tokio::task::yield_now().await; Ok(1) })]
    #[retry]
    async fn local() -> Result<u32, Local> {
        Err(Local(std::ptr::null()))
    }
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    assert_eq!(is_send(local()).await.unwrap(), 1);
}

#[test]
fn plain_functions_have_fallbacks_too() {
    #[fallback(Err(ApiError::NotFound), |error| match error { ApiError::NotFound => Ok(7), _ => Ok(8) })]
    fn sync(text: &str) -> Result<u32, ApiError> {
        text.parse().map_err(|_| ApiError::Down(1))
    }
    assert_eq!((sync("3"), sync("x")), (Ok(3), Ok(7)));
    let used =
        registry().fallbacks().find(|fallback| fallback.name().ends_with("::sync")).unwrap().used();
    assert_eq!(used, 2);
}

#[tokio::test]
async fn unit_errors_and_errors_without_debug_are_hidden_all_the_same() {
    struct Silent;
    #[fallback(Ok(1))]
    async fn silent() -> Result<u32, Silent> {
        Err(Silent)
    }
    assert!(silent().await.is_ok());
}
