//! Configs that are appended and never freed, each at a place of its own, so that they can be lent for ever.
//!
//! A config equal to one that is stored takes its place again: switching to and fro costs nothing, only *different*
//! configs need room.

use std::sync::OnceLock;

use crate::sync::Mutex;

/// Chunk `n` holds `2^n` configs.
const CHUNKS: usize = 16;
/// Places in all chunks together.
const ROOM: u32 = (1 << CHUNKS) - 1;
/// Why a policy takes no further config.
pub(super) const FULL: &str =
    "this policy has had 65535 different configs; restart the program to change it again";

/// The places, from 1 on.
#[derive(Debug)]
pub(super) struct Places<C> {
    /// How many are taken. Its lock makes changes follow one another.
    taken: Mutex<u32>,
    chunks: [OnceLock<Box<[OnceLock<C>]>>; CHUNKS],
}

impl<C> Places<C> {
    pub(super) fn new() -> Self {
        Self { taken: Mutex::new(0), chunks: [const { OnceLock::new() }; CHUNKS] }
    }

    pub(super) fn at(&self, place: u32) -> Option<&C> {
        let (chunk, index) = location(place);
        self.chunks.get(chunk)?.get()?.get(index)?.get()
    }
}

impl<C: PartialEq> Places<C> {
    /// Finds a place for a config, and uses it.
    ///
    /// # Errors
    /// [`FULL`], and it is not used.
    pub(super) fn take(&self, config: C, using: impl FnOnce(u32)) -> Result<(), &'static str> {
        let mut taken = self.taken.lock();
        let known = (1..=*taken).find(|place| self.at(*place) == Some(&config));
        let place = match known {
            Some(place) => place,
            None => self.append(&mut taken, config)?,
        };
        // Under the lock, so that the last change that was made is the one in force.
        using(place);
        Ok(())
    }

    fn append(&self, taken: &mut u32, config: C) -> Result<u32, &'static str> {
        if *taken == ROOM {
            return Err(FULL);
        }
        *taken += 1;
        let (chunk, index) = location(*taken);
        let places = self.chunks[chunk]
            .get_or_init(|| std::iter::repeat_with(OnceLock::new).take(1 << chunk).collect());
        // Only the holder of the lock fills places, each once.
        let _ = places[index].set(config);
        Ok(*taken)
    }
}

/// The chunk of a place, and the index within it: 1 | 2 3 | 4 5 6 7 | …
const fn location(place: u32) -> (usize, usize) {
    let chunk = place.ilog2();
    (chunk as usize, (place - (1 << chunk)) as usize)
}

#[cfg(test)]
impl<C> Places<C> {
    pub(super) fn taken(&self) -> u32 {
        *self.taken.lock()
    }

    /// As if every place were taken.
    #[cfg(not(shuttle))]
    pub(super) fn fill(&self) {
        *self.taken.lock() = ROOM;
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    #[test]
    fn every_place_lies_in_its_chunk() {
        let places: Vec<_> = (1..=7).map(location).collect();
        assert_eq!(places, [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (2, 3)]);
        assert_eq!(location(ROOM), (CHUNKS - 1, (1 << (CHUNKS - 1)) - 1));
    }
}
