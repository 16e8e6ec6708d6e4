//! A column of timestamps, read as a whole.

use cordwood_core::Rejection;

/// Why a row of a column has no timestamp.
#[derive(Clone)]
pub(crate) enum NoTime {
    Null,
    OutOfRange,
    /// It has no zone, and no option says which is meant.
    NoZone,
    /// The zone's clocks go forward over it.
    Skipped,
    /// The zone's clocks show it twice.
    Repeated,
    /// It holds an object that is no timestamp.
    Other(Rejection),
}

impl NoTime {
    #[cold]
    pub(crate) fn to_rejection(&self) -> Rejection {
        let reason = match self {
            Self::Null => "timestamp is null; leave the row out",
            Self::OutOfRange => {
                "timestamp does not fit into 64 bits; pass milliseconds since 1970, or leave the row out"
            }
            Self::NoZone => {
                let reason = "timestamp has no time zone, and so names no point in time; pass `timezone` (\"UTC\", \"local\" \
                              or a name such as \"Europe/Berlin\"), or a column with a time zone";
                return Rejection::WrongType(reason.into());
            }
            Self::Skipped => {
                "timestamp does not exist in the time zone that `timezone` names, whose clocks go forward over it; pass \
                 milliseconds since 1970, or a time with its zone"
            }
            Self::Repeated => {
                "timestamp occurs twice in the time zone that `timezone` names, whose clocks go back then; pass \
                 milliseconds since 1970, or a time with its zone"
            }
            Self::Other(rejection) => return rejection.clone(),
        };
        Rejection::Malformed(reason.into())
    }
}

/// Rows without a timestamp, in ascending order.
#[derive(Clone, Default)]
pub(crate) struct MissingTimes(Vec<(usize, NoTime)>);

impl MissingTimes {
    pub(crate) fn push(&mut self, row: usize, why: NoTime) {
        self.0.push((row, why));
    }

    pub(crate) fn get(&self, row: usize) -> Option<&NoTime> {
        self.0.binary_search_by_key(&row, |(row, _)| *row).ok().map(|index| &self.0[index].1)
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, (usize, NoTime)> {
        self.0.iter()
    }

    /// Those of some of the rows, counted from the first of them.
    pub(crate) fn slice(&self, from: usize, len: usize) -> Self {
        let before = |end: usize| self.0.partition_point(|(row, _)| *row < end);
        let inside = &self.0[before(from)..before(from + len)];
        Self(inside.iter().map(|(row, why)| (row - from, why.clone())).collect())
    }
}

/// Timestamps in milliseconds since 1970.
#[derive(Default)]
pub(crate) struct TimeColumn {
    /// Of a row that has none, any number.
    pub(crate) milliseconds: Vec<i64>,
    pub(crate) missing: MissingTimes,
}

impl TimeColumn {
    pub(crate) fn push(&mut self, timestamp: Result<i64, NoTime>) {
        let timestamp = timestamp.unwrap_or_else(|why| {
            self.missing.push(self.milliseconds.len(), why);
            0
        });
        self.milliseconds.push(timestamp);
    }

    pub(crate) fn len(&self) -> usize {
        self.milliseconds.len()
    }
}
