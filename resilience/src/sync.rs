//! Atomics and locks by one name, so that shuttle can explore every interleaving of the code that uses them.

pub(crate) use spin::RwLockReadGuard;
#[cfg(not(shuttle))]
pub(crate) use {
    parking_lot::{Mutex, MutexGuard},
    spin::RwLock,
    std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};

#[cfg(shuttle)]
pub(crate) use {
    explored::{Mutex, RwLock},
    shuttle::sync::MutexGuard,
    shuttle::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};

/// What tests of interleavings are written in: shuttle explores them all as if memory were sequentially consistent.
#[cfg(all(test, shuttle))]
pub(crate) mod explore {
    pub(crate) use shuttle::future::block_on;
    pub(crate) use shuttle::{check_pct, check_random, thread};
}

/// The same tests on std's threads and atomics, for Miri: it knows what weaker orderings permit, where shuttle does not, and
/// reports a deadlock too. Which interleavings it meets, its seed decides.
#[cfg(all(test, miri))]
pub(crate) mod explore {
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Wake};
    pub(crate) use std::thread;

    /// Of as many runs as shuttle makes, an interpreter has time for one in so many; each further seed makes as many more.
    const PART: usize = 2_500;

    pub(crate) fn check_random(run: impl Fn(), runs: usize) {
        (0..runs.div_ceil(PART)).for_each(|_| run());
    }

    pub(crate) fn check_pct(run: impl Fn(), runs: usize, _depth: usize) {
        check_random(run, runs);
    }

    struct Unpark(thread::Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
        let (mut future, waker) = (pin!(future), Arc::new(Unpark(thread::current())).into());
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(output) => return output,
                Poll::Pending => thread::park(),
            }
        }
    }
}

#[cfg(shuttle)]
mod explored {
    use shuttle::sync::MutexGuard;
    use shuttle::thread::yield_now;
    use spin::{RwLockReadGuard, RwLockWriteGuard};

    /// Shuttle's mutex behind `parking_lot`'s interface.
    #[derive(Debug)]
    pub(crate) struct Mutex<T>(shuttle::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(shuttle::sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
        }

        pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
            self.0.try_lock().ok()
        }
    }

    /// A lock that is tried and never waited for: what others may do between two attempts, they do.
    #[derive(Debug)]
    pub(crate) struct RwLock<T>(spin::RwLock<T>);

    impl<T> RwLock<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(spin::RwLock::new(value))
        }

        pub(crate) fn try_read(&self) -> Option<RwLockReadGuard<'_, T>> {
            yield_now();
            self.0.try_read()
        }

        pub(crate) fn try_write(&self) -> Option<RwLockWriteGuard<'_, T>> {
            yield_now();
            self.0.try_write()
        }
    }
}
