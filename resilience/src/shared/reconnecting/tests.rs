use std::sync::atomic::AtomicUsize;

use super::*;

/// Answers its number, or as its failure says.
#[derive(Clone)]
struct Fake(usize, Failing);

#[derive(Clone, Copy, PartialEq)]
enum Failing {
    Not,
    Broken,
    ReadOnly,
    Silent,
}

impl ConnectionLike for Fake {
    fn req_packed_command<'a>(&'a mut self, _: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(async move {
            match self.1 {
                Failing::Not => Ok(Value::Int(i64::try_from(self.0).unwrap())),
                Failing::Broken => Err((ErrorKind::Io, "broken pipe").into()),
                Failing::ReadOnly => {
                    Err((ErrorKind::Server(ServerErrorKind::ReadOnly), "a replica").into())
                }
                Failing::Silent => std::future::pending().await,
            }
        })
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        _: &'a Pipeline,
        _: usize,
        _: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn get_db(&self) -> i64 {
        0
    }
}

/// The first connection fails so, those that follow don't.
fn first_is(failing: Failing) -> Reconnecting<Fake> {
    let made = AtomicUsize::new(0);
    Reconnecting::new(move || {
        let number = made.fetch_add(1, Relaxed) + 1;
        async move { Ok(Fake(number, if number == 1 { failing } else { Failing::Not })) }
    })
}

async fn ask(connection: &Reconnecting<Fake>) -> RedisResult<i64> {
    redis::cmd("PING").query_async(&mut connection.clone()).await
}

#[tokio::test]
async fn one_connection_serves_as_long_as_it_answers() {
    let connection = first_is(Failing::Not);
    assert_eq!((ask(&connection).await.unwrap(), ask(&connection).await.unwrap()), (1, 1));
}

#[tokio::test]
async fn a_failure_is_told_and_the_next_question_has_a_new_connection() {
    for failing in [Failing::Broken, Failing::ReadOnly] {
        let connection = first_is(failing);
        assert!(ask(&connection).await.is_err());
        assert_eq!(ask(&connection).await.unwrap(), 2);
        assert_eq!(ask(&connection).await.unwrap(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn silence_counts_as_failure_in_the_end() {
    let connection = first_is(Failing::Silent);
    for _ in 0..SILENT {
        assert!(tokio::time::timeout(CONNECT_WITHIN, ask(&connection)).await.is_err());
    }
    assert_eq!(ask(&connection).await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn impatient_callers_do_not_end_the_connecting() {
    let made = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&made);
    let connection = Reconnecting::new(move || {
        let count = Arc::clone(&count);
        async move {
            tokio::time::sleep(CONNECT_WITHIN / 2).await;
            Ok(Fake(count.fetch_add(1, Relaxed) + 1, Failing::Not))
        }
    });
    for _ in 0..100 {
        let _ = tokio::time::timeout(CONNECT_WITHIN / 50, ask(&connection)).await;
    }
    assert_eq!(ask(&connection).await.unwrap(), 1);
    assert_eq!(made.load(Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn callers_that_leave_early_say_nothing_about_the_server() {
    let connection = first_is(Failing::Silent);
    for _ in 0..100 {
        let early = Duration::from_millis(1);
        assert!(tokio::time::timeout(early, ask(&connection)).await.is_err());
    }
    assert_eq!(connection.inner.present().unwrap().number, 1);
}
