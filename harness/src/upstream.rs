//! The HTTP service that the programs depend on: it fails as often as it is told to, and counts
//! what was done under which idempotency key.

use std::collections::{HashMap, HashSet};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use tokio::net::TcpSocket;

/// Ends with its runtime.
#[derive(Debug)]
pub struct Upstream {
    /// Where it listens.
    pub address: SocketAddr,
    state: Shared,
}

type Shared = Arc<Mutex<Seen>>;
type Answer = Result<String, StatusCode>;

#[derive(Debug)]
struct Seen {
    percent: u32,
    random: fastrand::Rng,
    /// The keys under which each order was done.
    done: HashMap<String, HashSet<String>>,
}

impl Upstream {
    /// On a free port, within a runtime.
    ///
    /// # Errors
    /// When there is none.
    pub fn start() -> io::Result<Self> {
        let random = fastrand::Rng::with_seed(7);
        let state = Arc::new(Mutex::new(Seen { percent: 0, random, done: HashMap::new() }));
        let app = Router::new()
            .route("/avatars/{id}", get(avatar))
            .route("/orders/{order}", post(order))
            .with_state(Arc::clone(&state));
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let listener = socket.listen(4096)?;
        let address = listener.local_addr()?;
        tokio::spawn(async { axum::serve(listener, app).await });
        Ok(Self { address, state })
    }

    /// So many of a hundred requests get a 500 from now on, half of them after the work was done.
    pub fn fail(&self, percent: u32) {
        lock(&self.state).percent = percent;
    }

    /// Whether that order was done.
    #[must_use]
    pub fn has_done(&self, order: &str) -> bool {
        lock(&self.state).done.contains_key(order)
    }

    /// Orders that were done under more than one key.
    #[must_use]
    pub fn done_twice(&self) -> usize {
        lock(&self.state).done.values().filter(|keys| keys.len() > 1).count()
    }
}

fn lock(state: &Shared) -> MutexGuard<'_, Seen> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Seen {
    fn fails(&mut self) -> bool {
        self.random.u32(0..100) < self.percent
    }
}

async fn avatar(State(state): State<Shared>, Path(id): Path<String>) -> Answer {
    if lock(&state).fails() {
        return Err(StatusCode::INTERNAL_SERVER_ERROR);
    }
    Ok(format!("/pictures/{id}.png"))
}

async fn order(
    State(state): State<Shared>,
    Path(order): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
    let key = key.ok_or(StatusCode::BAD_REQUEST)?.to_owned();
    let mut seen = lock(&state);
    let fails = seen.fails();
    let receipt = format!("receipt for {order}");
    if !fails || seen.random.bool() {
        seen.done.entry(order).or_default().insert(key);
    }
    if fails { Err(StatusCode::INTERNAL_SERVER_ERROR) } else { Ok(receipt) }
}
