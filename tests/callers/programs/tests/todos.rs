//! The web application over loopback and a database of its own, without guards and with them.

use std::time::Duration;

use axum::Router;
use caller_programs::todos::{NewTodo, Todo, bare, guarded};
use reqwest::{Client, StatusCode};
use resilience::{CircuitState, registry};
use sqlx::SqlitePool;
use sqlx::sqlite::SqlitePoolOptions;
use tokio::net::TcpListener;

/// One connection, which no request waits for in earnest.
async fn database() -> SqlitePool {
    let options = SqlitePoolOptions::new().max_connections(1);
    let options = options.acquire_timeout(Duration::from_millis(10));
    let pool = options.connect("sqlite::memory:").await.unwrap();
    let create = "CREATE TABLE todos (id INTEGER PRIMARY KEY, text TEXT NOT NULL)";
    sqlx::query(create).execute(&pool).await.unwrap();
    pool
}

async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/todos", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

async fn status(url: &str) -> StatusCode {
    Client::new().get(url).send().await.unwrap().status()
}

macro_rules! versions {
    ($test:ident: $version:ident) => {
        #[tokio::test]
        async fn $test() {
            let url = serve($version::router(database().await)).await;
            let post = |text: &str| {
                Client::new().post(&url).json(&NewTodo { text: text.to_owned() }).send()
            };
            let added = post("write it down").await.unwrap();
            assert_eq!(added.status(), StatusCode::CREATED);
            let todo: Todo = added.json().await.unwrap();
            let all = Client::new().get(&url).send().await.unwrap();
            let all = all.json::<Vec<Todo>>().await.unwrap();
            assert_eq!(all, std::slice::from_ref(&todo));
            assert_eq!(post(" ").await.unwrap().status(), StatusCode::UNPROCESSABLE_ENTITY);
            let one = format!("{url}/{}", todo.id);
            assert_eq!(status(&one).await, StatusCode::OK);
            let removed = Client::new().delete(&one).send().await.unwrap();
            assert_eq!(removed.status(), StatusCode::NO_CONTENT);
            // A row that isn't there is an answer, however often it is asked for.
            for _ in 0..10 {
                assert_eq!(status(&one).await, StatusCode::NOT_FOUND);
            }
        }
    };
}

versions! { a_bare_application_keeps_todos: bare }
versions! { a_guarded_application_keeps_todos: guarded }

#[tokio::test]
async fn a_bare_application_asks_a_dead_database_for_ever() {
    let pool = database().await;
    let url = serve(bare::router(pool.clone())).await;
    let _held = pool.acquire().await.unwrap();
    for _ in 0..8 {
        assert_eq!(status(&url).await, StatusCode::INTERNAL_SERVER_ERROR);
    }
}

#[tokio::test]
async fn a_guarded_application_says_at_once_when_to_come_again() {
    let pool = database().await;
    let url = serve(guarded::router(pool.clone())).await;
    let _held = pool.acquire().await.unwrap();
    for _ in 0..5 {
        assert_eq!(status(&url).await, StatusCode::INTERNAL_SERVER_ERROR);
    }
    let rejected = Client::new().get(&url).send().await.unwrap();
    assert_eq!(rejected.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(rejected.headers().contains_key("retry-after"));
    let name = "caller_programs::todos::guarded::DATABASE";
    let breaker = registry().circuit_breaker(name).unwrap();
    assert_eq!(breaker.state(), CircuitState::Open);
}
