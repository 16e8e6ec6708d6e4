//! The hour that a change of clocks repeats: which pass a line is of, by the order of lines.

/// Lines that are so much out of order are still of the same pass.
pub(super) const DISORDER: i64 = 5 * 60_000;
const HOUR_MS: i64 = 3_600_000;

/// The two times that a line may mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passes {
    pub(super) first: i64,
    pub(super) second: i64,
    /// The newest line is the first.
    pub(super) is_backward: bool,
}

impl Passes {
    /// The time in the pass that lines come to at first.
    fn initial(self) -> i64 {
        if self.is_backward { self.second } else { self.first }
    }

    /// The time in the pass that follows it.
    fn following(self) -> i64 {
        if self.is_backward { self.first } else { self.second }
    }

    /// How much a time is before another one, in the order of lines.
    fn is_before(self, time: i64, other: i64) -> i64 {
        if self.is_backward { time - other } else { other - time }
    }
}

/// What the lines of such an hour have shown so far.
#[derive(Clone, Debug, Default)]
pub(super) struct RepeatedTimes {
    /// Lines whose pass is not sure.
    undecided: u64,
    /// Lines in this hour's initial pass: a step back still decides.
    pending: u64,
    /// The first line of this hour, as if it were in its first pass.
    hour: Option<i64>,
    /// The line before that was in the pass that follows.
    following: Option<i64>,
    /// The line before is in this hour.
    is_inside: bool,
}

impl RepeatedTimes {
    pub(super) fn undecided(&self) -> u64 {
        self.undecided + self.pending
    }

    pub(super) fn is_inside(&self) -> bool {
        self.is_inside
    }

    /// Notes a line with another time.
    #[inline]
    pub(super) fn leave(&mut self) {
        self.is_inside = false;
    }

    /// The time of a line: in the initial pass until a step back shows that it ended, and in the following one from then
    /// on. `last` is the time of the line before, and `disorder` how much lines have been out of order so far.
    pub(super) fn pass(&mut self, passes: Passes, last: Option<i64>, disorder: i64) -> i64 {
        let was_inside = std::mem::replace(&mut self.is_inside, true);
        let (initial, following) = (passes.initial(), passes.following());
        if self.hour.is_none_or(|hour| (hour - passes.first).abs() > 3 * HOUR_MS) {
            self.undecided += std::mem::take(&mut self.pending);
            (self.hour, self.following) = (Some(passes.first), None);
        }
        if let Some(reached) = self.following {
            // A late line of the initial pass, or an hour after the line before: late only in a log that has been out of
            // order before.
            let late = passes.is_before(initial, reached);
            self.undecided += u64::from(disorder > 0 && late <= DISORDER);
            if late <= disorder {
                return initial;
            }
            self.following = Some(following);
            return following;
        }
        // A step of hours shows something else than the end of the pass.
        let stepped = last.is_some_and(|last| {
            passes.is_before(initial, last) > DISORDER && passes.is_before(following, last) <= HOUR_MS
        });
        if !stepped {
            self.pending += 1;
            return initial;
        }
        if was_inside {
            self.pending = 0;
        }
        self.following = Some(following);
        following
    }
}
