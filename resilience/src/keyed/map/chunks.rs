//! A long row of values that is made chunk by chunk, each when it is first needed: no caller waits until all are made.
//!
//! A look-up first reads where the value's chunk is. Of small values a chunk holds more, so that the list of chunks
//! stays in the processor's innermost cache, through which the values pass.

use std::sync::OnceLock;

/// A chunk holds so many values,
const VALUES: usize = 256;
/// or as many as take so many bytes, if those are more.
const BYTES: usize = 64 << 10;

pub(super) struct Chunks<T> {
    len: usize,
    chunks: Box<[OnceLock<Box<[T]>>]>,
}

impl<T> Chunks<T> {
    /// A power of two.
    const CHUNK: usize = {
        let values = BYTES / size_of::<T>();
        if values > VALUES { 1 << values.ilog2() } else { VALUES }
    };

    pub(super) fn new(len: usize) -> Self {
        let chunks = (0..len.div_ceil(Self::CHUNK)).map(|_| OnceLock::new()).collect();
        Self { len, chunks }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The value, if its chunk is made.
    #[inline]
    pub(super) fn get(&self, at: usize) -> Option<&T> {
        self.chunks.get(at / Self::CHUNK)?.get()?.get(at % Self::CHUNK)
    }

    /// The values from there on in the same chunk, if it is made.
    #[inline]
    pub(super) fn from(&self, at: usize) -> Option<&[T]> {
        self.chunks.get(at / Self::CHUNK)?.get()?.get(at % Self::CHUNK..)
    }

    pub(super) fn get_or_make(&self, at: usize, make: impl FnMut() -> T) -> &T {
        let number = at / Self::CHUNK;
        let len = Self::CHUNK.min(self.len - number * Self::CHUNK);
        let chunk = self.chunks[number]
            .get_or_init(|| std::iter::repeat_with(make).take(len).collect::<Box<[T]>>());
        &chunk[at % Self::CHUNK]
    }

    /// The first from there on whose chunk is made.
    pub(super) fn next_made(&self, at: usize) -> Option<usize> {
        let first = at / Self::CHUNK;
        let mut chunks = self.chunks.iter().enumerate().skip(first);
        let (number, _) = chunks.find(|(_, chunk)| chunk.get().is_some())?;
        let at = if number == first { at } else { number * Self::CHUNK };
        (at < self.len).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNK: usize = Chunks::<i32>::CHUNK;

    #[test]
    fn small_values_lie_in_longer_chunks() {
        assert_eq!(Chunks::<[u64; 6]>::CHUNK, 1_024);
        assert_eq!(Chunks::<[u64; 8]>::CHUNK * size_of::<[u64; 8]>(), BYTES);
        assert_eq!(Chunks::<[u64; 100]>::CHUNK, VALUES);
    }

    #[test]
    fn chunks_are_made_one_by_one() {
        let row = Chunks::new(2 * CHUNK + 10);
        assert!(row.get(0).is_none() && row.next_made(0).is_none());
        assert_eq!(*row.get_or_make(2 * CHUNK + 1, || 7), 7);
        assert!(row.get(0).is_none(), "others are not made");
        assert_eq!(
            row.from(2 * CHUNK).map(<[i32]>::len),
            Some(10),
            "the last one is as long as needed"
        );
        assert_eq!(row.next_made(3), Some(2 * CHUNK));
        assert_eq!(row.next_made(2 * CHUNK + 9), Some(2 * CHUNK + 9));
        assert_eq!(row.next_made(2 * CHUNK + 10), None);
    }
}
