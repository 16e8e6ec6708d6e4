//! Positions in few bytes: in increasing order, each as its distance from the one before, in LEB128.
//!
//! For events in a file, some hundred bytes apart, that is one or two bytes each instead of eight.

use std::fmt;

/// Encodes positions, which are in strictly increasing order.
#[must_use]
pub fn encode_positions(increasing: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut previous = 0;
    for position in increasing {
        let mut left = position - previous;
        while left >= 0x80 {
            packed.push((left & 0x7F) as u8 | 0x80);
            left >>= 7;
        }
        packed.push((left & 0x7F) as u8);
        previous = position;
    }
    packed
}

/// Encodes positions in any order, each once.
#[must_use]
pub fn encode_unordered_positions(mut positions: Vec<u64>) -> Vec<u8> {
    positions.sort_unstable();
    positions.dedup();
    encode_positions(positions)
}

/// The smallest and the greatest of encoded positions; `None` if there are none.
pub fn position_range(packed: &[u8]) -> Result<Option<(u64, u64)>, InvalidPositions> {
    let mut range = None;
    for position in PositionDecoder::new(packed) {
        let position = position?;
        range = Some((range.map_or(position, |(first, _)| first), position));
    }
    Ok(range)
}

/// These bytes are not what [`encode_positions`] writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidPositions;

impl fmt::Display for InvalidPositions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("packed positions are damaged: they end too early, or do not increase within 64 bits")
    }
}

impl std::error::Error for InvalidPositions {}

/// Decodes the next position after `before` (`None` at the start), and how many bytes it takes.
fn next(packed: &[u8], before: Option<u64>) -> Result<(u64, usize), InvalidPositions> {
    let (mut distance, mut shift) = (0_u64, 0);
    for (i, &byte) in packed.iter().enumerate() {
        let bits = u64::from(byte & 0x7F);
        // The tenth byte has room for one bit of 64.
        if shift > 63 || (shift == 63 && bits > 1) {
            break;
        }
        distance |= bits << shift;
        if byte & 0x80 == 0 {
            return match before {
                None => Ok((distance, i + 1)),
                Some(_) if distance == 0 => Err(InvalidPositions),
                Some(before) => before.checked_add(distance).map(|at| (at, i + 1)).ok_or(InvalidPositions),
            };
        }
        shift += 7;
    }
    Err(InvalidPositions)
}

/// Decodes what [`encode_positions`] wrote; ends with the first error, if there is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PositionDecoder<B> {
    packed: B,
    at: usize,
    before: Option<u64>,
}

impl<B: AsRef<[u8]>> PositionDecoder<B> {
    /// Over encoded positions, borrowed or owned.
    pub fn new(packed: B) -> Self {
        Self { packed, at: 0, before: None }
    }
}

impl<B: AsRef<[u8]>> Iterator for PositionDecoder<B> {
    type Item = Result<u64, InvalidPositions>;

    fn next(&mut self) -> Option<Self::Item> {
        let left = &self.packed.as_ref()[self.at..];
        if left.is_empty() {
            return None;
        }
        let found = next(left, self.before);
        match found {
            Ok((position, bytes)) => {
                self.at += bytes;
                self.before = Some(position);
            }
            Err(InvalidPositions) => self.at += left.len(),
        }
        Some(found.map(|(position, _)| position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn positions_come_back(positions in prop::collection::btree_set(any::<u64>(), 0..200)) {
            let packed = encode_positions(positions.iter().copied());
            let back: Result<Vec<_>, _> = PositionDecoder::new(&packed).collect();
            prop_assert_eq!(position_range(&packed), Ok(positions.first().copied().zip(positions.last().copied())));
            prop_assert_eq!(back, Ok(positions.into_iter().collect()));
        }

        #[test]
        fn in_any_order_and_twice_they_are_encoded_the_same(positions in prop::collection::vec(0..300_u64, 0..200)) {
            let each_once: std::collections::BTreeSet<_> = positions.iter().copied().collect();
            prop_assert_eq!(encode_unordered_positions(positions), encode_positions(each_once));
        }

        #[test]
        fn any_bytes_give_increasing_positions_or_an_error(
            bytes in prop::collection::vec(any::<u8>(), 0..60)
        ) {
            let found: Vec<_> = PositionDecoder::new(&bytes).collect();
            let good: Vec<_> = found.iter().copied().map_while(Result::ok).collect();
            prop_assert!(good.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(good.len() + 1 >= found.len());
        }
    }

    #[test]
    fn the_bytes_are_leb128_of_distances() {
        assert_eq!(encode_positions([0, 1, 128, 1 << 14]), [0, 1, 127, 0x80, 0x7F]);
        assert_eq!(encode_positions([u64::MAX]).len(), 10);
        for damaged in
            [&[0x80][..], &[5, 0], &[0xFF; 10], &[1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]]
        {
            assert_eq!(PositionDecoder::new(damaged).last(), Some(Err(InvalidPositions)), "{damaged:?}");
            assert_eq!(position_range(damaged), Err(InvalidPositions), "{damaged:?}");
        }
    }
}
