//! The events of an input that an earlier run has settled.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use crate::position_codec::{InvalidPositions, PositionDecoder};

/// The positions that are settled: all below one, those in ranges, and sets of others. Sets stay encoded, so that millions
/// take little memory, and are decoded once, in step with the positions that are asked for.
#[derive(Debug, Default)]
pub struct ResumeSet {
    below: u64,
    /// Above all of them.
    end: u64,
    /// From the one to before the other, the last first.
    ranges: Vec<(u64, u64)>,
    /// The rest of each set: its next position, then the others.
    sets: BinaryHeap<Reverse<(u64, PositionDecoder<Vec<u8>>)>>,
}

impl ResumeSet {
    /// Positions below one, those in ranges (from the one to before the other), and those of encoded sets, which may
    /// overlap with the others.
    pub fn new(
        below: u64,
        mut ranges: Vec<(u64, u64)>,
        packed: impl IntoIterator<Item = Vec<u8>>,
    ) -> Result<Self, InvalidPositions> {
        ranges.sort_unstable_by(|one, other| other.cmp(one));
        let end = ranges.iter().map(|&(_, to)| to).fold(below, u64::max);
        let mut settled = Self { below, end, ranges, sets: BinaryHeap::new() };
        for packed in packed {
            for position in PositionDecoder::new(&packed) {
                settled.end = settled.end.max(position?.saturating_add(1));
            }
            let mut positions = PositionDecoder::new(packed);
            if let Some(first) = positions.next() {
                settled.sets.push(Reverse((first?, positions)));
            }
        }
        Ok(settled)
    }

    /// Whether this position is settled. Positions are asked for in an order that never decreases.
    #[inline]
    pub fn contains(&mut self, position: u64) -> bool {
        position < self.end
            && (position < self.below || self.is_in_a_range(position) || self.is_in_a_set(position))
    }

    fn is_in_a_range(&mut self, position: u64) -> bool {
        while let Some(&(from, to)) = self.ranges.last() {
            if position < to {
                return position >= from;
            }
            self.ranges.pop();
        }
        false
    }

    fn is_in_a_set(&mut self, position: u64) -> bool {
        while let Some(mut set) = self.sets.peek_mut() {
            let Reverse((next, positions)) = &mut *set;
            if *next >= position {
                return *next == position;
            }
            match positions.next() {
                Some(Ok(following)) => *next = following,
                // It was checked whole when it came.
                Some(Err(InvalidPositions)) | None => {
                    PeekMut::pop(set);
                }
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::position_codec::encode_positions;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn it_holds_what_a_plain_set_holds(
            below in 0..40_u64,
            ranges in prop::collection::btree_set(0..120_u64, 0..8),
            sets in prop::collection::vec(prop::collection::btree_set(0..120_u64, 0..30), 0..6),
            asked in prop::collection::vec(0..130_u64, 0..80),
        ) {
            let mut plain: BTreeSet<u64> = (0..below).collect();
            plain.extend(sets.iter().flatten());
            let bounds: Vec<u64> = ranges.into_iter().collect();
            let ranges: Vec<(u64, u64)> = bounds.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            plain.extend(ranges.iter().flat_map(|&(from, to)| from..to));
            let mut settled = ResumeSet::new(below, ranges, sets.into_iter().map(encode_positions)).unwrap();
            let mut asked = asked;
            asked.sort_unstable();
            for position in asked {
                prop_assert_eq!(settled.contains(position), plain.contains(&position), "{}", position);
            }
        }
    }

    #[test]
    fn a_damaged_set_is_an_error_at_once() {
        assert_eq!(
            ResumeSet::new(0, vec![], [encode_positions([1, 2]), vec![3, 0x80]]).unwrap_err(),
            InvalidPositions
        );
    }

    #[test]
    fn nothing_is_settled_by_default() {
        assert!(!ResumeSet::default().contains(0));
    }
}
