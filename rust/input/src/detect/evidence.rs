//! How much it takes to believe that lines have their time in a layout.
//!
//! A time that is taken for the wrong one is stored for ever, so what is not proven is not read. What counts is how much a layout
//! says, where it is, and how many lines have it:
//!
//! - A full date and a clock with which lines begin are no accident: two lines have to have them, whatever the others are, for a
//!   trace, a statement of SQL, or a table continues an event over any number of lines. If all lines that could begin an event
//!   begin so, one for each layout is enough.
//! - A date and a clock further in, or without a year, may be what a message is about: most of the lines that could begin an
//!   event have to have them, and those without a year in an order that goes one way.
//! - A number of 10, 13, 16 or 19 digits may be anything. It is a count since 1970 if nearly all lines have it where a time is
//!   written (at their start, in brackets, behind `time=`), all of them are times of the years since 2001, and they go one way;
//!   or if another time in the same lines is the same.
//! - A second layout in a file has to be as near in time to the lines around it as they are to each other, or to be all of a
//!   part of the file: lines that a message quotes are neither.

use crate::detect::tally::{Hit, Layout};
use crate::time::fields::TimestampFields;
use crate::time::places::Place;

/// Lines that must have a layout with which they begin, and that says all.
const PROVES: usize = 2;
/// Of ten lines that could begin an event, so many must have a weaker one.
const MOST: usize = 5;
/// Of ten, so many must have a number that is taken for a time.
const NEARLY_ALL: usize = 9;
/// Of a file that begins events in another layout, one line in so many may begin an event in a weaker one.
const A_FIFTH: usize = 5;
/// Of a hundred steps from line to line, so many may go the other way.
const UNSTEADY: usize = 10;
/// Lines that prove a layout to be that of a whole part of the file.
const A_PART: usize = 5;
const DAY_MS: i64 = 86_400_000;
/// 9 September 2001: the first time that has ten digits.
const FIRST_COUNT_MS: i64 = 1_000_000_000_000;
/// Out of order by so much is in order: threads write when they can.
const JITTER_MS: i64 = 5_000;
const YEAR_MS: i64 = 365 * DAY_MS;

/// Why a layout is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// All of its lines have one that says more, or says it earlier.
    Claimed,
    /// Another order of day, month and year fits the lines, and this one does not.
    AnotherOrder,
    /// Several orders of day, month and year fit all lines.
    AmbiguousOrder,
    /// What follows it may be part of it: lines differ.
    AmbiguousPart,
    /// What follows it is part of it, or what it ends with is not.
    AnotherPart,
    /// One line is no proof.
    OneLine,
    /// Too few of the lines have it.
    FewLines,
    /// Its times go back and forth.
    Unsteady,
    /// Its numbers are not all times since 2001.
    Implausible,
    /// It is a number, and nothing shows that it is a time.
    BareNumber,
    /// It is a time of day without a date.
    NoDate,
    /// Its times are far from those of the lines around it.
    FarFromOthers,
    /// The lines have another time at their start.
    NotTheLines,
}

impl Loss {
    /// For people.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Claimed => "all of its lines have another that says more, or comes first",
            Self::AnotherOrder => "another order of day, month and year fits lines that this one does not",
            Self::AmbiguousOrder => "another order of day, month and year fits all of its lines too",
            Self::AmbiguousPart => "what follows it may be part of it, and the lines do not show that",
            Self::AnotherPart => "the lines show that it ends elsewhere",
            Self::OneLine => "one line alone is no proof",
            Self::FewLines => "too few of the lines that could begin an event have it",
            Self::Unsteady => "its times go back and forth from line to line",
            Self::Implausible => "not all of its numbers are times since 2001",
            Self::BareNumber => "nothing shows that the number is a time",
            Self::NoDate => "it is a time of day without a date",
            Self::FarFromOthers => "its times are far from those of the lines around it",
            Self::NotTheLines => "its lines begin with another time",
        }
    }
}

/// What a layout is judged by.
pub(super) struct Evidence<'a> {
    /// The lines that nothing better has.
    pub(super) hits: &'a [&'a Hit],
    /// The lines that could begin an event, and those of them that no layout has so far.
    pub(super) could_begin: usize,
    pub(super) unclaimed: usize,
    /// Whether the times are near those of the lines around them in layouts that are believed; `None` if there are none.
    pub(super) is_near: Option<bool>,
    /// Whether the lines have another time that is the same.
    pub(super) is_confirmed: bool,
    /// Whether all lines that could begin an event begin with a full date and a clock, in whatever layouts.
    pub(super) is_of_all: bool,
    /// Whether the names of the columns say that it is a time.
    pub(super) is_named: bool,
    pub(super) now_ms: i64,
}

/// Whether a layout is believed.
pub(super) fn judge(layout: &Layout, evidence: &Evidence<'_>) -> Result<(), Loss> {
    let Evidence { hits, could_begin, unclaimed, is_near, is_confirmed, is_of_all, is_named, now_ms } = *evidence;
    let count = hits.len();
    let is_only = count == 1 && (could_begin == 1 || is_of_all);
    if layout.is_count() && !is_confirmed {
        return judge_count(layout, hits, could_begin, is_named, now_ms);
    }
    if is_near == Some(false) {
        return Err(Loss::FarFromOthers);
    }
    if is_confirmed
        || (layout.has_year() && (layout.place.is_at_the_start() || matches!(layout.place, Place::Key(_))))
    {
        return if count >= PROVES || is_only { Ok(()) } else { Err(Loss::OneLine) };
    }
    if count < PROVES && !is_only {
        return Err(Loss::OneLine);
    }
    let is_first = could_begin == unclaimed;
    let enough = if is_first {
        count * 10 > could_begin * MOST
    } else {
        count * 10 > unclaimed * MOST && count * A_FIFTH >= could_begin
    };
    if !enough {
        return Err(Loss::FewLines);
    }
    if !layout.has_year() && !is_steady(hits.iter().map(|hit| &hit.fields)) {
        return Err(Loss::Unsteady);
    }
    Ok(())
}

fn judge_count(
    layout: &Layout,
    hits: &[&Hit],
    could_begin: usize,
    is_named: bool,
    now_ms: i64,
) -> Result<(), Loss> {
    let times = || hits.iter().filter_map(|hit| hit.fields.epoch_ms);
    if !times().all(|time| (FIRST_COUNT_MS..=now_ms + DAY_MS).contains(&time)) {
        return Err(Loss::Implausible);
    }
    let has_fraction = hits.iter().all(|hit| hit.has_point);
    let is_marked = is_named
        || layout.place.is_at_the_start()
        || matches!(layout.place, Place::Bracket | Place::Key(_))
        || has_fraction;
    if !is_marked {
        return Err(Loss::BareNumber);
    }
    if hits.len() * 10 < could_begin * NEARLY_ALL {
        return Err(Loss::FewLines);
    }
    if hits.len() < PROVES && !matches!(layout.place, Place::Key(_)) && !has_fraction {
        return Err(Loss::BareNumber);
    }
    let (first, last) = (times().min().unwrap_or(0), times().max().unwrap_or(0));
    if last - first > 10 * YEAR_MS {
        return Err(Loss::Implausible);
    }
    if is_steady(hits.iter().map(|hit| &hit.fields)) { Ok(()) } else { Err(Loss::Unsteady) }
}

/// Whether times go one way from line to line.
pub(super) fn is_steady<'a>(times: impl IntoIterator<Item = &'a TimestampFields>) -> bool {
    let (forward, backward) = steps(times);
    forward.min(backward) * 100 <= (forward + backward) * UNSTEADY
}

/// How many steps from line to line go forward, and how many go back.
pub(super) fn steps<'a>(times: impl IntoIterator<Item = &'a TimestampFields>) -> (usize, usize) {
    let (mut forward, mut backward) = (0, 0);
    let mut before: Option<i64> = None;
    for fields in times {
        let Some(time) = civil_ms(fields) else { continue };
        let Some(last) = before else {
            before = Some(time);
            continue;
        };
        let mut step = time - last;
        if fields.year.is_none() && fields.epoch_ms.is_none() && step.abs() > YEAR_MS / 2 {
            step = -step; // over New Year
        }
        match step {
            step if step < -JITTER_MS => backward += 1,
            step if step > JITTER_MS => forward += 1,
            _ => continue,
        }
        before = Some(time);
    }
    (forward, backward)
}

/// Milliseconds since 1970 as if the zone were UTC, and a year that is not written a leap year.
pub(super) fn civil_ms(fields: &TimestampFields) -> Option<i64> {
    fields.epoch_ms.or_else(|| crate::time::years::civil_ms(fields.year.unwrap_or(2024), fields))
}

/// A line with a time.
pub(super) type Timed = (usize, TimestampFields);

/// Whether a layout that others already share a file with is believed to be of the same events: nearly all of its times are
/// within a day of the nearest lines of the others, or it is all of a part of the file.
pub(super) fn is_near(times: &[Timed], others: &[Timed]) -> bool {
    let near = times.iter().filter(|(line, fields)| {
        let at = others.partition_point(|(other, _)| other < line);
        let neighbours = [at.checked_sub(1).and_then(|before| others.get(before)), others.get(at)];
        neighbours.into_iter().flatten().any(|(_, other)| is_same_day(fields, other))
    });
    if near.count() * 10 >= times.len() * NEARLY_ALL {
        return true;
    }
    // The lines of a part of the file, in which the others have none.
    let (Some((first, _)), Some((last, _))) = (times.first(), times.last()) else { return false };
    let between = others.iter().filter(|(line, _)| (first..=last).contains(&line)).count();
    between == 0 && times.len() >= A_PART && is_steady(times.iter().map(|(_, fields)| fields))
}

/// Whether two times are within a day; if one has no year, whatever that is.
fn is_same_day(one: &TimestampFields, other: &TimestampFields) -> bool {
    let (Some(time), Some(known)) = (civil_ms(one), civil_ms(other)) else { return false };
    let has_year = |fields: &TimestampFields| fields.year.is_some() || fields.epoch_ms.is_some();
    if has_year(one) == has_year(other) {
        return (time - known).abs() <= DAY_MS;
    }
    let days = (time - known).rem_euclid(YEAR_MS);
    days <= 3 * DAY_MS || YEAR_MS - days <= 3 * DAY_MS
}
