//! Without guards: when the database is gone, every request waits for it.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use sqlx::SqlitePool;

use super::{NewTodo, Todo};

/// The application over that database.
pub fn router(pool: SqlitePool) -> Router {
    Router::new()
        .route("/todos", get(list).post(add))
        .route("/todos/{id}", get(show).delete(remove))
        .with_state(pool)
}

/// Why a request is not served.
#[derive(Debug)]
pub enum AppError {
    /// The text of a todo has no words.
    Empty,
    /// The database does not do it.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        match self {
            Self::Empty => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
            Self::Database(sqlx::Error::RowNotFound) => StatusCode::NOT_FOUND.into_response(),
            Self::Database(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}

async fn list(State(pool): State<SqlitePool>) -> Result<Json<Vec<Todo>>, AppError> {
    Ok(Json(all(&pool).await?))
}

async fn add(
    State(pool): State<SqlitePool>,
    Json(new): Json<NewTodo>,
) -> Result<(StatusCode, Json<Todo>), AppError> {
    if new.text.trim().is_empty() {
        return Err(AppError::Empty);
    }
    Ok((StatusCode::CREATED, Json(insert(&pool, new).await?)))
}

async fn show(State(pool): State<SqlitePool>, Path(id): Path<i64>) -> Result<Json<Todo>, AppError> {
    Ok(Json(find(&pool, id).await?))
}

async fn remove(
    State(pool): State<SqlitePool>,
    Path(id): Path<i64>,
) -> Result<StatusCode, AppError> {
    delete(&pool, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn all(pool: &SqlitePool) -> sqlx::Result<Vec<Todo>> {
    let rows = sqlx::query_as("SELECT id, text FROM todos ORDER BY id").fetch_all(pool).await?;
    Ok(rows.into_iter().map(|(id, text)| Todo { id, text }).collect())
}

async fn find(pool: &SqlitePool, id: i64) -> sqlx::Result<Todo> {
    let query = sqlx::query_as("SELECT id, text FROM todos WHERE id = ?").bind(id);
    let (id, text) = query.fetch_one(pool).await?;
    Ok(Todo { id, text })
}

async fn insert(pool: &SqlitePool, new: NewTodo) -> sqlx::Result<Todo> {
    let query = sqlx::query("INSERT INTO todos (text) VALUES (?)").bind(&new.text);
    let id = query.execute(pool).await?.last_insert_rowid();
    Ok(Todo { id, text: new.text })
}

async fn delete(pool: &SqlitePool, id: i64) -> sqlx::Result<()> {
    let query = sqlx::query("DELETE FROM todos WHERE id = ?").bind(id);
    match query.execute(pool).await?.rows_affected() {
        0 => Err(sqlx::Error::RowNotFound),
        _ => Ok(()),
    }
}
