//! How many of the lines of a file are what.

use std::ops::AddAssign;

/// How many lines were what; blank ones belong to none of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LinesRead {
    /// All of them, but for blank ones.
    pub all: u64,
    /// Headers, which were skipped.
    pub header: u64,
    /// They begin with a time in another layout than those that the file is read in.
    pub other_layouts: u64,
    /// They continue the line before.
    pub continuing: u64,
    /// Timestamps in an hour that a change of clocks repeats, whose pass the order of lines does not show.
    pub ambiguous_times: u64,
}

impl LinesRead {
    /// Whether so many are in other layouts that most likely they are no accident.
    #[must_use]
    pub fn has_too_many_in_other_layouts(&self) -> bool {
        const FEW: u64 = 10;
        self.other_layouts > FEW.max(self.all / 1000)
    }
}

impl AddAssign for LinesRead {
    fn add_assign(&mut self, other: Self) {
        self.all += other.all;
        self.header += other.header;
        self.other_layouts += other.other_layouts;
        self.continuing += other.continuing;
        self.ambiguous_times += other.ambiguous_times;
    }
}
