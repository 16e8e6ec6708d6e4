//! Times and durations, formatted for error messages.

use std::fmt;

const MS_PER_DAY: i64 = 86_400_000;

/// Milliseconds since 1970 as `2023-11-14T22:13:20.000Z`.
pub(crate) struct Utc(pub(crate) i64);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, ms) = (self.0.div_euclid(MS_PER_DAY), self.0.rem_euclid(MS_PER_DAY));
        let (year, month, day) = civil(days);
        write!(f, "{year:04}-{month:02}-{day:02}T")?;
        write!(f, "{:02}:{:02}:{:02}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60)?;
        write!(f, ".{:03}Z", ms % 1000)
    }
}

/// Year, month and day of the proleptic Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date
/// algorithms", `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Milliseconds since 1970 of a date and time of the proleptic Gregorian calendar, at an offset east of UTC. What is below
/// a millisecond is cut off, towards the past.
#[must_use]
pub fn unix_milliseconds(
    (year, month, day): (i64, i64, i64),
    microseconds_of_day: i64,
    utc_offset_microseconds: i64,
) -> i64 {
    let midnight = days_from_civil(year, month, day) * MS_PER_DAY * 1000;
    (midnight + microseconds_of_day - utc_offset_microseconds).div_euclid(1000)
}

/// Days since 1970-01-01, the inverse of `civil` (Howard Hinnant, `days_from_civil`).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = (month + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// What to do with a number that is plainly no count of milliseconds since 1970, but of another unit: as such, it is in
/// this century, and as milliseconds in the first weeks of 1970 or beyond the year 30,000. Empty of any other.
#[must_use]
pub fn unit_hint(timestamp: i64) -> &'static str {
    const CENTURY_SECONDS: std::ops::Range<i64> = 946_684_800..4_102_444_800;
    let is_in_century = |seconds: i64| CENTURY_SECONDS.contains(&seconds);
    if is_in_century(timestamp) {
        "it looks like seconds: multiply it by 1000"
    } else if is_in_century(timestamp / 1_000_000) {
        "it looks like microseconds: divide it by 1000"
    } else if is_in_century(timestamp / 1_000_000_000) {
        "it looks like nanoseconds: divide it by 1000000"
    } else {
        ""
    }
}

/// A duration in milliseconds in its largest exact unit: `14 days`, `2 hours`, `90 minutes`, `1 ms`.
pub(crate) struct HumanDuration(pub(crate) i64);

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(MS_PER_DAY, "day"), (3_600_000, "hour"), (60_000, "minute"), (1000, "second")];
        for (ms, name) in units {
            if self.0 >= ms && self.0 % ms == 0 {
                let plural = if self.0 == ms { "" } else { "s" };
                return write!(f, "{} {name}{plural}", self.0 / ms);
            }
        }
        write!(f, "{} ms", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_day_of_the_calendar_and_back(days in -1_000_000..4_000_000_i64) {
            let (year, month, day) = civil(days);
            prop_assert_eq!(days_from_civil(year, month, day), days);
        }
    }

    #[test]
    fn a_date_at_an_offset_is_cut_to_its_millisecond() {
        let hour = 3_600_000_000;
        assert_eq!(unix_milliseconds((1970, 1, 1), 0, 0), 0);
        assert_eq!(unix_milliseconds((2000, 2, 29), 12 * hour + 1999, 2 * hour), 951_782_400_000 + 36_000_001);
        assert_eq!(unix_milliseconds((1970, 1, 1), 1, 1000), -1);
    }

    #[test]
    fn numbers_of_another_unit_are_recognized_and_milliseconds_are_not() {
        for seconds in [946_684_800, 1_764_000_000, 4_102_444_799_i64] {
            assert_eq!(unit_hint(seconds), "it looks like seconds: multiply it by 1000");
            assert_eq!(unit_hint(seconds * 1000), "");
            assert_eq!(unit_hint(seconds * 1_000_000), "it looks like microseconds: divide it by 1000");
            assert_eq!(unit_hint(seconds * 1_000_000_000), "it looks like nanoseconds: divide it by 1000000");
        }
        for other in [i64::MIN, -1_764_000_000, -1, 0, 1, 946_684_799, 4_102_444_800, i64::MAX] {
            assert_eq!(unit_hint(other), "", "{other}");
        }
    }

    #[test]
    fn times() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_700_000_000_123, "2023-11-14T22:13:20.123Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Utc(ms).to_string(), text);
        }
        assert!(Utc(i64::MAX).to_string().ends_with('Z'));
    }

    #[test]
    fn durations() {
        for (ms, text) in [
            (1_209_600_000, "14 days"),
            (86_400_000, "1 day"),
            (7_200_000, "2 hours"),
            (5_400_000, "90 minutes"),
            (1, "1 ms"),
            (0, "0 ms"),
        ] {
            assert_eq!(HumanDuration(ms).to_string(), text);
        }
    }
}
