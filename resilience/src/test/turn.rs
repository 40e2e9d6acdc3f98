//! Whose turn it is: one test at a time in this process, on a runtime whose clock can be paused.

use std::thread::{self, ThreadId};

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Mutex, MutexGuard};
use tokio::task;

/// tokio's: it is waited for in one runtime while another one holds it, and a panic doesn't poison it.
static TURN: Mutex<()> = Mutex::const_new(());
static HOLDER: parking_lot::Mutex<Option<Holder>> = parking_lot::Mutex::new(None);

/// What a future runs in.
type Holder = (ThreadId, Option<task::Id>);

/// The turn of a test.
#[derive(Debug)]
pub(super) struct Turn {
    _guard: MutexGuard<'static, ()>,
}

impl Turn {
    pub(super) async fn take() -> Self {
        let me = (thread::current().id(), task::try_id());
        assert!(
            *HOLDER.lock() != Some(me),
            "this test has begun already, and would wait for itself: call `exclusive()` once, and hand its `Test` on"
        );
        let guard = TURN.lock().await;
        *HOLDER.lock() = Some(me);
        Self { _guard: guard }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *HOLDER.lock() = None;
    }
}

/// Whether this is a runtime whose clock can be paused.
pub(super) fn check_runtime() {
    let flavor = Handle::try_current().ok().map(|runtime| runtime.runtime_flavor());
    assert!(
        flavor == Some(RuntimeFlavor::CurrentThread),
        "`exclusive()` pauses the clock, which takes a tokio runtime of one thread: write `#[tokio::test]`, or \
         `#[tokio::test(flavor = \"current_thread\")]`, above the test"
    );
}
