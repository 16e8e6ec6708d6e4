//! Civil time into milliseconds since 1970: calendar, zone, and the year that a log does not write.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::time::fields::TimestampFields;
use crate::time::zones::{WrittenZone, ZoneName};

const DAY_MS: i64 = 86_400_000;

/// Why fields are not a timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeError {
    /// The day is not in the calendar.
    NoSuchDay,
    /// A change of clocks skips this time in the zone.
    NoSuchTime,
    /// The weekday is not that of the date.
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
            Self::Weekday => formatter.write_str("the weekday of the line's timestamp is not that of its date"),
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

/// Makes timestamps of fields, with the zone and the year that a log leaves out.
#[derive(Clone, Debug)]
pub struct TimestampResolver {
    zone: Zone,
    year: Option<i32>,
    now_ms: i64,
    /// The last quarter of an hour that was looked up, and its zone's offset in ms: offsets never change inside one.
    known: Option<(i64, i64)>,
}

#[derive(Clone, Debug)]
enum Zone {
    Utc,
    Named(TimeZone),
}

impl TimestampResolver {
    /// A resolver for lines without a zone or a year.
    ///
    /// `zone` is `UTC`, `local`, or a name of the IANA database; `None` if there is no such zone. Without a `year`,
    /// a line has the latest that puts it no more than a day after `now_ms`.
    #[must_use]
    pub fn new(zone: &str, year: Option<i32>, now_ms: i64) -> Option<Self> {
        let zone = match zone {
            "UTC" => Zone::Utc,
            "local" => Zone::Named(TimeZone::system()),
            name => Zone::Named(TimeZone::get(name).ok()?),
        };
        Some(Self { zone, year, now_ms, known: None })
    }

    /// A resolver for when it does not matter what lines leave out: UTC, and a leap year.
    #[must_use]
    pub fn utc() -> Self {
        Self { zone: Zone::Utc, year: Some(2000), now_ms: 0, known: None }
    }

    /// Milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// The fields contradict each other or the calendar, or leave out what nothing else shows.
    pub fn resolve(&mut self, fields: &TimestampFields) -> Result<i64, TimeError> {
        if let Some(epoch_ms) = fields.epoch_ms {
            return Ok(epoch_ms);
        }
        self.guess(fields).ok_or(TimeError::NoSuchDay)
    }

    fn guess(&mut self, fields: &TimestampFields) -> Option<i64> {
        if let Some(year) = fields.year.or(self.year) {
            return self.in_year(fields, year);
        }
        let this_year = i32::try_from(civil_from_days(self.now_ms.div_euclid(DAY_MS)).0).ok()?;
        // The next one too: in a zone ahead of UTC it has begun. Back to the last 29 February.
        (this_year - 8..=this_year + 1)
            .rev()
            .find_map(|year| self.in_year(fields, year).filter(|&ms| ms <= self.now_ms + DAY_MS))
    }

    fn in_year(&mut self, fields: &TimestampFields, year: i32) -> Option<i64> {
        let days = days_from_civil(year, fields.month, fields.day)?;
        let seconds = i64::from(fields.hour * 3600 + fields.minute * 60 + fields.second);
        let civil = days * DAY_MS + seconds * 1000 + i64::from(fields.millisecond);
        match fields.zone {
            WrittenZone::Offset(offset) => Some(civil - i64::from(offset) * 1000),
            WrittenZone::Unwritten => Some(civil - self.offset_at(civil)?),
            WrittenZone::Named(_) => None,
        }
    }

    /// The zone's offset at a civil time. If a change of clocks repeats that time, the first counts; if it skips it, the
    /// offset before the change does.
    fn offset_at(&mut self, civil_ms: i64) -> Option<i64> {
        let Zone::Named(zone) = &self.zone else { return Some(0) };
        let quarter = civil_ms.div_euclid(900_000);
        if let Some((known, offset)) = self.known
            && known == quarter
        {
            return Some(offset);
        }
        let civil: DateTime = jiff::Timestamp::from_millisecond(civil_ms).ok()?.to_zoned(TimeZone::UTC).datetime();
        let at = zone.to_ambiguous_timestamp(civil).compatible().ok()?;
        let offset = civil_ms - at.as_millisecond();
        self.known = Some((quarter, offset));
        Some(offset)
    }
}

/// Days since 1970-01-01 of a date of the Gregorian calendar; `None` if there is no such day.
fn days_from_civil(year: i32, month: u32, day: u32) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let most = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=most).contains(&day) {
        return None;
    }
    // Howard Hinnant's: years that begin in March, in eras of 400.
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Year, month and day of a day since 1970-01-01.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: Option<i32>, month: u32, day: u32, hour: u32) -> TimestampFields {
        TimestampFields { year, month, day, hour, ..TimestampFields::default() }
    }

    #[test]
    fn days_agree_with_jiff() {
        for days in (-800_000..800_000).step_by(37) {
            let (year, month, day) = civil_from_days(days);
            let (year, month, day) =
                (i32::try_from(year).unwrap(), u32::try_from(month).unwrap(), u32::try_from(day).unwrap());
            assert_eq!(days_from_civil(year, month, day), Some(days));
            let date = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            assert_eq!(
                (i32::from(date.year()), date.month().cast_unsigned().into(), date.day().cast_unsigned().into()),
                (year, month, day)
            );
        }
        assert_eq!(days_from_civil(2023, 2, 29), None);
        assert_eq!(days_from_civil(2023, 13, 1), None);
        assert_eq!(days_from_civil(2023, 4, 31), None);
    }

    #[test]
    fn a_zone_is_looked_up_with_its_changes() {
        let mut resolver = TimestampResolver::new("Europe/Berlin", None, 0).unwrap();
        let winter = resolver.resolve(&at(Some(2026), 1, 15, 12)).unwrap();
        let summer = resolver.resolve(&at(Some(2026), 7, 15, 12)).unwrap();
        assert_eq!((winter / 3_600_000 % 24, summer / 3_600_000 % 24), (11, 10));
        // 02:00 to 03:00 on 2026-03-29 is skipped; 02:00 to 03:00 on 2026-10-25 is repeated, and the first counts.
        assert_eq!(resolver.resolve(&at(Some(2026), 3, 29, 2)), resolver.resolve(&at(Some(2026), 3, 29, 3)));
        assert_eq!(resolver.resolve(&at(Some(2026), 10, 25, 2)), Ok(1_792_886_400_000));
        assert!(TimestampResolver::new("Nowhere/City", None, 0).is_none());
    }

    #[test]
    fn a_missing_year_is_the_latest_that_is_not_in_the_future() {
        let now = 1_767_312_000_000; // 2026-01-02
        let mut resolver = TimestampResolver::new("UTC", None, now).unwrap();
        assert_eq!(resolver.resolve(&at(None, 1, 1, 0)), Ok(1_767_225_600_000));
        assert_eq!(resolver.resolve(&at(None, 12, 31, 0)), Ok(1_767_139_200_000));
        assert_eq!(resolver.resolve(&at(None, 2, 29, 0)), Ok(1_709_164_800_000)); // of 2024
        let mut given = TimestampResolver::new("UTC", Some(2025), now).unwrap();
        assert_eq!(given.resolve(&at(None, 12, 31, 0)), Ok(1_767_139_200_000));
    }
}
