//! The year of timestamps that write none: by the order of lines, weekdays and 29 February.

use crate::time::calendar::{days_from_civil, weekday_of};
use crate::time::error::TimeError;
use crate::time::fields::TimestampFields;

pub(crate) const DAY_MS: i64 = 86_400_000;
/// Lines that are so much out of order are still of the same pass through the year.
pub(crate) const DISORDER: i64 = 7 * DAY_MS;
/// A longer gap over New Year may be a step back within the year just as well.
pub(crate) const LONGEST_GAP: i64 = 120 * DAY_MS;
/// A longer gap within a year may be a step back over New Year just as well.
const LONGEST_GAP_IN_YEAR: i64 = 365 * DAY_MS - LONGEST_GAP;
/// In a log with many lines, after one of another time of year, as messages contain them, the next is so near to the one
/// before.
const STRAY_RETURNS: i64 = 600_000;
/// After so many years the weekdays repeat, also over a century that has no leap year.
pub(crate) const YEARS_LOOKED_AT: i32 = 40;

/// How the timestamps of a file follow each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// The oldest line is the first.
    Forward,
    /// The newest line is the first.
    Backward,
    /// Neither is known.
    #[default]
    Unknown,
}

/// The years of a file whose timestamps write none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Years {
    /// The year of the first timestamp.
    pub first: i32,
    /// The year of the last one.
    pub last: i32,
    /// The order of the lines.
    pub direction: Direction,
    /// What decided.
    pub source: YearSource,
    /// Whether weekdays show that whole years are missing between lines.
    pub skips_years: bool,
}

/// What shows the year of timestamps that write none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearSource {
    /// The caller.
    Given,
    /// Weekdays.
    Weekday,
    /// A 29 February.
    LeapDay,
    /// When the file was modified last.
    Modified,
    /// Nothing but the calendar: it is the latest that is not in the future.
    Latest,
}

/// Follows timestamps through the years, in the order of lines.
#[derive(Clone, Debug)]
pub(crate) struct YearTracker {
    /// Of the first timestamp; if not given, the latest that fits.
    first: Option<i32>,
    direction: Direction,
    /// No timestamp is after this, in milliseconds of civil time.
    limit_ms: i64,
    /// Lines may be missing between two timestamps, so that a gap of any length is natural.
    has_gaps: bool,
    /// If the weekday is not that of the year that the order shows, a later one may be meant.
    skips_years: bool,
    /// The timestamp before: its year, and its civil time.
    previous: Option<(i32, i64)>,
    /// It came soon after the one before it.
    is_dense: bool,
    /// Lines since then whose year is not known.
    unknown: u32,
}

impl YearTracker {
    pub(crate) fn new(first: Option<i32>, direction: Direction, now_ms: i64) -> Self {
        // A day later: in a zone ahead of UTC it has begun.
        let limit_ms = now_ms.saturating_add(DAY_MS);
        Self {
            first,
            direction,
            limit_ms,
            has_gaps: false,
            skips_years: false,
            previous: None,
            is_dense: false,
            unknown: 0,
        }
    }

    /// The same, with what samples of the file showed.
    pub(crate) fn following(self, years: &Years) -> Self {
        Self { first: Some(years.first), direction: years.direction, skips_years: years.skips_years, ..self }
    }

    pub(crate) fn starting_in(self, year: i32) -> Self {
        Self { first: Some(year), ..self }
    }

    /// The same, for samples: lines between them may be missing.
    pub(crate) fn with_gaps(self) -> Self {
        Self { has_gaps: true, ..self }
    }

    pub(crate) fn skipping_years(self, skips_years: bool) -> Self {
        Self { skips_years, ..self }
    }

    pub(crate) fn in_direction(self, direction: Direction) -> Self {
        Self { direction, ..self }
    }

    /// The year of a timestamp that writes none.
    #[inline]
    pub(crate) fn year_of(&mut self, fields: &TimestampFields) -> Result<i32, TimeError> {
        let Some((year, previous)) = self.previous else { return self.first_year(fields) };
        if self.unknown > 0 {
            return self.year_after_unknown(fields, year, previous);
        }
        // Nearly always the year before: no other can fit then.
        if let Some(civil) = civil_ms(year, fields) {
            let step = if self.direction == Direction::Backward { previous - civil } else { civil - previous };
            let most = if self.direction == Direction::Unknown { LONGEST_GAP } else { LONGEST_GAP_IN_YEAR };
            if (-DISORDER..most).contains(&step) && civil <= self.limit_ms && weekday_fits(civil, fields) {
                return Ok(year);
            }
        }
        let found = self.search(fields, year, previous);
        self.unknown = u32::from(found == Err(TimeError::UnknownYear));
        found
    }

    /// The year of a timestamp after some whose years are not known: neither is its own, unless it goes on from before a
    /// single stray one.
    #[cold]
    fn year_after_unknown(
        &mut self,
        fields: &TimestampFields,
        year: i32,
        previous: i64,
    ) -> Result<i32, TimeError> {
        let goes_on = |civil: &i64| (civil - previous).abs() < STRAY_RETURNS && weekday_fits(*civil, fields);
        if self.unknown == 1 && self.is_dense && civil_ms(year, fields).as_ref().is_some_and(goes_on) {
            self.unknown = 0;
            return Ok(year);
        }
        self.unknown = self.unknown.saturating_add(1);
        Err(TimeError::UnknownYear)
    }

    /// Notes a timestamp; those that follow are compared with it.
    #[inline]
    pub(crate) fn note(&mut self, year: i32, civil_ms: i64) {
        if self.previous.is_none() && civil_ms > self.limit_ms {
            // The year was given, or written: the clock that is compared with does not count.
            self.limit_ms = i64::MAX;
        }
        self.is_dense = self.previous.is_some_and(|(_, before)| (civil_ms - before).abs() < STRAY_RETURNS);
        self.previous = Some((year, civil_ms));
        self.unknown = 0;
    }

    fn first_year(&self, fields: &TimestampFields) -> Result<i32, TimeError> {
        if let Some(first) = self.first {
            return match civil_ms(first, fields) {
                None => Err(TimeError::NoSuchDay),
                Some(civil) if !weekday_fits(civil, fields) => Err(TimeError::Weekday),
                Some(_) => Ok(first),
            };
        }
        let latest = self.latest_year();
        let mut in_calendar = false;
        for year in (latest - YEARS_LOOKED_AT..=latest).rev() {
            if let Some(civil) = civil_ms(year, fields).filter(|&civil| civil <= self.limit_ms) {
                in_calendar = true;
                if weekday_fits(civil, fields) {
                    return Ok(year);
                }
            }
        }
        Err(if in_calendar { TimeError::Weekday } else { TimeError::NoSuchDay })
    }

    /// The year that the limit is in.
    pub(crate) fn latest_year(&self) -> i32 {
        let (year, ..) = crate::time::calendar::civil_from_days(self.limit_ms.div_euclid(DAY_MS));
        i32::try_from(year).unwrap_or(i32::MAX)
    }

    /// The year that brings a timestamp next to the one before, in the direction of the lines.
    fn search(&self, fields: &TimestampFields, year: i32, previous: i64) -> Result<i32, TimeError> {
        let years = year - YEARS_LOOKED_AT..=year + YEARS_LOOKED_AT;
        let in_calendar = years
            .filter_map(|year| Some((year, civil_ms(year, fields)?)))
            .filter(|&(_, civil)| civil <= self.limit_ms && self.follows(previous, civil));
        let distance = |&(_, civil): &(i32, i64)| (civil - previous).abs();
        let Some(nearest) = in_calendar.clone().min_by_key(distance) else {
            let exists = (year - 1..=year + 1)
                .filter_map(|year| civil_ms(year, fields))
                .any(|civil| self.follows(previous, civil));
            return Err(if exists { TimeError::UnknownYear } else { TimeError::NoSuchDay });
        };
        let mut fitting = in_calendar.filter(|&(_, civil)| weekday_fits(civil, fields));
        let found = if self.skips_years && self.direction != Direction::Unknown {
            fitting.min_by_key(distance)
        } else {
            fitting.find(|&fit| fit == nearest)
        };
        let found = found.ok_or(TimeError::Weekday)?;
        let is_proven = fields.weekdays.is_one() || self.has_gaps && self.direction != Direction::Unknown;
        let same_year = found.0 == year && self.direction != Direction::Unknown;
        let longest = if same_year { LONGEST_GAP_IN_YEAR } else { LONGEST_GAP };
        if !is_proven && distance(&found) > longest {
            return Err(TimeError::UnknownYear);
        }
        Ok(found.0)
    }

    /// Whether a timestamp may come after another one.
    fn follows(&self, previous: i64, civil: i64) -> bool {
        match self.direction {
            Direction::Forward => civil >= previous - DISORDER,
            Direction::Backward => civil <= previous + DISORDER,
            Direction::Unknown => true,
        }
    }
}

/// The civil time of fields in a year; `None` if there is no such day.
#[inline]
pub(crate) fn civil_ms(year: i32, fields: &TimestampFields) -> Option<i64> {
    let days = days_from_civil(year, fields.month, fields.day)?;
    let seconds = i64::from(fields.hour * 3600 + fields.minute * 60 + fields.second);
    Some(days * DAY_MS + seconds * 1000 + i64::from(fields.millisecond))
}

/// Whether the written weekday, if there is one, is that of a civil time.
#[inline]
pub(crate) fn weekday_fits(civil_ms: i64, fields: &TimestampFields) -> bool {
    // A leap second belongs to the day before.
    let of_day = civil_ms - i64::from(fields.second) * 1000;
    fields.weekdays.is_empty() || fields.weekdays.allow(weekday_of(of_day.div_euclid(DAY_MS)))
}

#[cfg(test)]
mod tests;
