//! Atomics and locks by one name, so that shuttle can explore every interleaving of the code that uses them.

pub(crate) use spin::RwLockReadGuard;
#[cfg(not(shuttle))]
pub(crate) use {
    parking_lot::Mutex,
    spin::RwLock,
    std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};

#[cfg(shuttle)]
pub(crate) use {
    explored::{Mutex, RwLock},
    shuttle::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};

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
