//! Why what a line writes is not a timestamp.

use std::fmt;

use crate::time::zones::ZoneName;

/// Why fields are not a timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeError {
    /// The day is not in the calendar.
    NoSuchDay,
    /// A change of clocks skips this time in the zone.
    NoSuchTime,
    /// The weekday is not that of the date, in any year that the order of lines allows.
    Weekday,
    /// The zone is not in the tz database.
    UnknownZone(ZoneName),
    /// The abbreviation is used by several zones, and the zone of the log is none of them.
    AmbiguousZone(ZoneName),
    /// The year is not written, and the order of lines does not show it.
    UnknownYear,
}

impl fmt::Display for TimeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchDay => formatter.write_str("the line's timestamp has a day that does not exist"),
            Self::NoSuchTime => formatter.write_str(
                "the line's timestamp does not exist in its time zone, because clocks go forward then; set the zone that \
                 the log is written in with `timezone`",
            ),
            Self::Weekday => formatter.write_str(
                "the weekday of the line's timestamp is not that of its date; if it has no year, set the year of the file's \
                 first timestamp with `year`",
            ),
            Self::UnknownZone(name) => write!(formatter, "the line's time zone {name} is not in the tz database"),
            Self::AmbiguousZone(name) => write!(
                formatter,
                "the line's time zone {name} means different offsets in different places; name the place with `timezone`, \
                 such as America/Chicago for CST"
            ),
            Self::UnknownYear => formatter.write_str(
                "the line's timestamp has no year, and the lines before do not show which it is; set the year of the \
                 file's first timestamp with `year`",
            ),
        }
    }
}

impl std::error::Error for TimeError {}
