//! Whether bytes begin with a few others: checked for every line, several times.

/// In words, and not by `memcmp`, whose call costs more than so few bytes. (Called for no bytes at the address that an empty
/// `Vec` has, glibc's for AVX-512 even loads from there under a mask, and the processor takes a hundred cycles to suppress
/// the fault: that was a quarter of the whole way from text to bodies.)
#[inline]
pub(crate) fn begins_with(bytes: &[u8], start: &[u8]) -> bool {
    let Some(bytes) = bytes.get(..start.len()) else { return false };
    match start.len() {
        // The first word and the last are all of it: they overlap.
        8..=16 => bytes.first_chunk::<8>() == start.first_chunk() && bytes.last_chunk::<8>() == start.last_chunk(),
        17.. => {
            let words = bytes.as_chunks::<8>().0.iter().zip(start.as_chunks::<8>().0);
            bytes.last_chunk::<8>() == start.last_chunk() && words.into_iter().all(|(word, other)| word == other)
        }
        4.. => bytes.first_chunk::<4>() == start.first_chunk() && bytes.last_chunk::<4>() == start.last_chunk(),
        _ => bytes.iter().zip(start).all(|(byte, other)| byte == other),
    }
}

/// Bytes that are compared again and again: sixteen of them at once, if there are so many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prefix {
    bytes: Vec<u8>,
    /// The first sixteen, and which bits of them count.
    first: u128,
    mask: u128,
    /// The last sixteen, if there are so many.
    last: u128,
}

impl Prefix {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut start = Self::default();
        start.set(bytes);
        start
    }

    /// Makes it another.
    pub(crate) fn set(&mut self, bytes: &[u8]) {
        let mut first = [0; 16];
        let n = bytes.len().min(16);
        first[..n].copy_from_slice(&bytes[..n]);
        self.first = u128::from_le_bytes(first);
        self.mask = if n == 0 { 0 } else { u128::MAX >> (8 * (16 - n)) };
        self.last = bytes.last_chunk().map_or(0, |last| u128::from_le_bytes(*last));
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether these bytes begin with it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it becomes part of a function that may use more of the processor")]
    pub(crate) fn begins(&self, bytes: &[u8]) -> bool {
        let Some(first) = bytes.first_chunk() else { return begins_with(bytes, &self.bytes) };
        if (u128::from_le_bytes(*first) ^ self.first) & self.mask != 0 {
            return false;
        }
        match self.bytes.len() {
            0..=16 => true,
            // The first and the last are all of it.
            17..=32 => {
                let last = bytes.get(..self.bytes.len()).and_then(<[u8]>::last_chunk);
                last.is_some_and(|last| u128::from_le_bytes(*last) == self.last)
            }
            _ => begins_with(bytes, &self.bytes),
        }
    }

    /// Whether these bytes are it.
    #[inline]
    pub(crate) fn is(&self, bytes: &[u8]) -> bool {
        bytes.len() == self.bytes.len() && begins_with(bytes, &self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_starts_with_does(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            length in 0..45_usize,
            change in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
        ) {
            let mut start = bytes.clone();
            start.resize(length, b'x');
            if let Some((at, byte)) = change && !start.is_empty() {
                let at = at.index(start.len());
                start[at] = byte;
            }
            prop_assert_eq!(begins_with(&bytes, &start), bytes.starts_with(&start));
            prop_assert_eq!(Prefix::new(&start).begins(&bytes), bytes.starts_with(&start));
            prop_assert_eq!(Prefix::new(&start).is(&bytes), bytes == start);
            prop_assert!(Prefix::new(&bytes).is(&bytes));
        }
    }
}
