//! Work that is shared by a thread for each processor.

use std::sync::Mutex;
use std::{io, thread};

/// Does `work` for each of `items`, in their order, and ends with the first error.
pub(super) fn each<T: Send>(
    items: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> io::Result<()> + Sync,
) -> io::Result<()> {
    let items = Mutex::new(items);
    let next = || items.lock().expect("no iterator panics").next();
    let worker = || {
        while let Some(item) = next() {
            work(item)?;
        }
        Ok(())
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..processors).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a worker panicked"))
    })
}
