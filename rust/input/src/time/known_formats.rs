//! The formats in which logs write timestamps, and where in a line.

use crate::time::fields::FormatItem::{
    self, Byte, DateTimeBreak, Day, Epoch, Fraction, Hour, MayZone, Minute, Month2, MonthName, Second, Space,
    Weekday, Year2, Year4, Zone,
};

/// Where in a line the timestamp is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// After so many words, and an opening bracket or quote.
    Word(u8),
    /// After the number in angle brackets that a syslog message begins with.
    Priority,
    /// After one letter, as in klog.
    Letter,
    /// After one of the line's first opening square brackets.
    Bracket,
    /// Where a pattern matches.
    Pattern,
}

const TIME: [FormatItem; 6] = [Hour, Byte(b':'), Minute, Byte(b':'), Second, Fraction];

/// Each format: its name, its date, and its anchors. The first that fits most lines is taken, so the most specific ones
/// come first.
const KNOWN: &[(&str, &[FormatItem], &[Anchor])] = &[
    ("ISO 8601", &[Year4, Byte(b'-'), Month2, Byte(b'-'), Day, DateTimeBreak], WORDS),
    ("year/month/day", &[Year4, Byte(b'/'), Month2, Byte(b'/'), Day, DateTimeBreak], WORDS),
    ("weekday, month name, day, time, year", &[Weekday, Space, MonthName, Space, Day, Space], WORDS),
    ("common log format", &[Day, Byte(b'/'), MonthName, Byte(b'/'), Year4, Byte(b':')], &[Anchor::Bracket]),
    ("day-month name-year", &[Day, Byte(b'-'), MonthName, Byte(b'-'), Year4, Space], WORDS),
    ("day month name year", &[Day, Space, MonthName, Space, Year4, Space], WORDS),
    ("RFC 2822", &[Weekday, Byte(b','), Space, Day, Space, MonthName, Space, Year4, Space], WORDS),
    ("syslog", &[MonthName, Space, Day, Space], WORDS),
    ("year of two digits/month/day", &[Year2, Byte(b'/'), Month2, Byte(b'/'), Day, Space], WORDS),
    ("month-day", &[Month2, Byte(b'-'), Day, Space], WORDS),
    ("klog", &[Month2, Day, Space], &[Anchor::Letter]),
    ("ISO 8601, basic", &[Year4, Month2, Day, DateTimeBreak], WORDS),
    ("since 1970", &[], WORDS),
];

pub(super) const WORDS: &[Anchor] = &[
    Anchor::Word(0),
    Anchor::Priority,
    Anchor::Word(1),
    Anchor::Word(2),
    Anchor::Word(3),
    Anchor::Word(4),
    Anchor::Bracket,
];

/// Name, items and anchors of all formats that are known, the most specific first.
pub(super) fn known_formats() -> Vec<(&'static str, Vec<FormatItem>, &'static [Anchor])> {
    KNOWN
        .iter()
        .map(|&(name, date, anchors)| {
            let mut items = date.to_vec();
            match name {
                "since 1970" => items.push(Epoch),
                "ISO 8601, basic" => items.extend([Hour, Minute, Second, Fraction, MayZone]),
                "common log format" => items.extend(TIME.into_iter().chain([Space, Zone])),
                "weekday, month name, day, time, year" => items.extend(TIME.into_iter().chain([Space, Year4])),
                "syslog" | "month-day" | "klog" => items.extend(TIME),
                _ => items.extend(TIME.into_iter().chain([MayZone])),
            }
            (name, items, anchors)
        })
        .collect()
}
