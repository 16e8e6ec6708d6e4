//! Civil time into milliseconds since 1970: calendar, zone, and what the order of lines shows.

mod clock;
mod repeated;

use crate::time::error::TimeError;
use crate::time::fields::TimestampFields;
use crate::time::years::{Direction, YearTracker, Years, civil_ms, weekday_fits};
use crate::time::zones::{Abbreviation, WrittenZone, ZoneName, abbreviation};
pub use clock::{LocalTime, ZoneClock};
use repeated::{DISORDER, Passes, RepeatedTimes};

/// Zones that are kept, of those that lines write.
const CLOCKS_KEPT: usize = 8;

/// Makes timestamps of fields, with the zone and the year that a log leaves out.
///
/// It is given the timestamps of a file in the order of lines. The order shows the year if none is written, and which pass
/// is meant if a change of clocks repeats an hour.
#[derive(Clone, Debug)]
pub struct TimestampResolver {
    /// Of timestamps that write no zone.
    clock: ZoneClock,
    /// Of the zones that were written last.
    written: Vec<(ZoneName, ZoneClock)>,
    years: YearTracker,
    direction: Direction,
    /// Any timestamp that the calendar has will do.
    takes_all: bool,
    /// The timestamp before.
    last_ms: Option<i64>,
    /// How much lines have been out of order so far, up to `DISORDER`.
    disorder: i64,
    repeated: RepeatedTimes,
}

impl TimestampResolver {
    /// A resolver for lines without a zone or a year.
    ///
    /// `zone` is `UTC`, `local`, or a name of the IANA database; `None` if there is no such zone. `year` is that of the first
    /// timestamp; without it, that has the latest year that puts it no more than a day after `now_ms`.
    #[must_use]
    pub fn new(zone: &str, year: Option<i32>, now_ms: i64) -> Option<Self> {
        Some(Self {
            clock: ZoneClock::of(zone)?,
            written: Vec::new(),
            years: YearTracker::new(year, Direction::Unknown, now_ms),
            direction: Direction::Unknown,
            takes_all: false,
            last_ms: None,
            disorder: 0,
            repeated: RepeatedTimes::default(),
        })
    }

    /// A resolver for when it does not matter what lines leave out, nor in which order they are.
    #[must_use]
    pub fn utc() -> Self {
        Self {
            clock: ZoneClock::utc(),
            written: Vec::new(),
            years: YearTracker::new(None, Direction::Unknown, 0),
            direction: Direction::Unknown,
            takes_all: true,
            last_ms: None,
            disorder: 0,
            repeated: RepeatedTimes::default(),
        }
    }

    /// The same, for lines in this order.
    #[must_use]
    pub fn direction(self, direction: Direction) -> Self {
        Self { direction, years: self.years.in_direction(direction), ..self }
    }

    /// The same, with the year of the first timestamp.
    #[must_use]
    pub fn starting_in(self, year: i32) -> Self {
        Self { years: self.years.starting_in(year), ..self }
    }

    /// The same, with the years and the order that samples of the file showed.
    #[must_use]
    pub fn following(self, years: &Years) -> Self {
        Self { direction: years.direction, years: self.years.following(years), ..self }
    }

    /// Timestamps in an hour that a change of clocks repeats, if the order of lines did not show which pass is meant. They
    /// are taken as if there were one pass: the first, or in files with the newest line first, the second.
    #[must_use]
    pub fn ambiguous_times(&self) -> u64 {
        self.repeated.undecided()
    }

    /// Whether the timestamp before is in an hour that is repeated: there, the same text may mean another time.
    pub(crate) fn is_in_repeated_hour(&self) -> bool {
        self.repeated.is_inside()
    }

    /// Milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// The fields contradict each other, the calendar or the zone, or leave out what nothing else shows.
    pub fn resolve(&mut self, fields: &TimestampFields) -> Result<i64, TimeError> {
        if let Some(epoch_ms) = fields.epoch_ms {
            return Ok(epoch_ms);
        }
        if self.takes_all {
            return civil_ms(fields.year.unwrap_or(2000), fields).ok_or(TimeError::NoSuchDay);
        }
        let year = match fields.year {
            Some(year) => year,
            None => self.years.year_of(fields)?,
        };
        let civil = civil_ms(year, fields).ok_or(TimeError::NoSuchDay)?;
        if !weekday_fits(civil, fields) {
            return Err(TimeError::Weekday);
        }
        let ms = match fields.zone {
            WrittenZone::Offset(offset) => {
                self.repeated.leave();
                civil - i64::from(offset) * 1000
            }
            WrittenZone::Unwritten => {
                let local = self.clock.at(civil);
                self.pass(civil, local)?
            }
            WrittenZone::Named(name) => self.in_named_zone(civil, name)?,
        };
        self.years.note(year, civil);
        self.note_disorder(ms);
        self.last_ms = Some(ms);
        Ok(ms)
    }

    fn in_named_zone(&mut self, civil: i64, name: ZoneName) -> Result<i64, TimeError> {
        if let Some(Abbreviation::Ambiguous { usual, .. }) = abbreviation(name.as_str().as_bytes()) {
            let offset = self.clock.offset_of_abbreviation(civil, name);
            self.repeated.leave();
            let usual = usual.map(|seconds| i64::from(seconds) * 1000);
            return offset.or(usual).map(|offset| civil - offset).ok_or(TimeError::AmbiguousZone(name));
        }
        let local = self.clock_of(name)?.at(civil);
        self.pass(civil, local)
    }

    /// The clock of a zone that a line writes.
    fn clock_of(&mut self, name: ZoneName) -> Result<&mut ZoneClock, TimeError> {
        let known = self.written.iter().position(|(known, _)| *known == name);
        let index = known.unwrap_or(0);
        if known.is_none() {
            let clock = ZoneClock::of(name.as_str()).ok_or(TimeError::UnknownZone(name))?;
            self.written.truncate(CLOCKS_KEPT - 1);
            self.written.insert(0, (name, clock));
        }
        Ok(&mut self.written[index].1)
    }

    /// The timestamp of a civil time; of two, that which the order of lines shows.
    #[inline]
    fn pass(&mut self, civil: i64, local: LocalTime) -> Result<i64, TimeError> {
        match local {
            LocalTime::Once(offset) => {
                self.repeated.leave();
                Ok(civil - offset)
            }
            LocalTime::Never => Err(TimeError::NoSuchTime),
            LocalTime::Twice(before, after) => Ok(self.repeated_pass(civil - before, civil - after)),
        }
    }

    #[cold]
    fn repeated_pass(&mut self, first: i64, second: i64) -> i64 {
        let passes = Passes { first, second, is_backward: self.direction == Direction::Backward };
        self.repeated.pass(passes, self.last_ms, self.disorder)
    }

    /// Notes a timestamp that is a little before the one before.
    #[inline]
    fn note_disorder(&mut self, ms: i64) {
        let Some(last) = self.last_ms else { return };
        let back = if self.direction == Direction::Backward { ms - last } else { last - ms };
        if (self.disorder..=DISORDER).contains(&back) {
            self.disorder = back;
        }
    }
}

#[cfg(test)]
mod tests;
