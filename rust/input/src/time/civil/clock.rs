//! The clock of a time zone: what it shows, and when.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::time::years::DAY_MS;
use crate::time::zones::ZoneName;

/// How often a zone's clock shows a civil time, and its offsets then, in milliseconds east of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalTime {
    /// As at nearly all times.
    Once(i64),
    /// Clocks go back: before and after.
    Twice(i64, i64),
    /// Clocks go forward over it.
    Never,
}

/// A zone's clock.
#[derive(Clone, Debug)]
pub struct ZoneClock {
    /// `None` is UTC.
    zone: Option<TimeZone>,
    /// The last quarter of an hour that was looked up: offsets never change inside one.
    known: Option<(i64, LocalTime)>,
    /// The last quarter of an hour in which an abbreviation was looked up.
    known_abbreviation: Option<(i64, ZoneName, Option<i64>)>,
}

const QUARTER_MS: i64 = 900_000;

impl ZoneClock {
    pub(super) fn utc() -> Self {
        Self { zone: None, known: None, known_abbreviation: None }
    }

    /// The clock of `UTC`, `local`, or a name of the IANA database; `None` if there is no such zone.
    #[must_use]
    pub fn of(zone: &str) -> Option<Self> {
        let zone = match zone {
            "UTC" => None,
            "local" => Some(TimeZone::system()),
            name => Some(TimeZone::get(name).ok()?),
        };
        Some(Self { zone, ..Self::utc() })
    }

    /// What a civil time means, in milliseconds as if it were UTC.
    #[inline]
    pub fn at(&mut self, civil_ms: i64) -> LocalTime {
        let Some(zone) = &self.zone else { return LocalTime::Once(0) };
        let quarter = civil_ms.div_euclid(QUARTER_MS);
        match self.known {
            Some((known, local)) if known == quarter => local,
            _ => {
                let local = look_up(zone, civil_ms);
                self.known = Some((quarter, local));
                local
            }
        }
    }

    /// The offset that an abbreviation means in this zone at a civil time, or within a day of it: around a change of clocks,
    /// both are in use. `None` if the zone uses it then for no offset or for several.
    pub(super) fn offset_of_abbreviation(&mut self, civil_ms: i64, word: ZoneName) -> Option<i64> {
        let zone = self.zone.as_ref()?;
        let quarter = civil_ms.div_euclid(QUARTER_MS);
        if let Some((known, known_word, offset)) = self.known_abbreviation
            && (known, known_word) == (quarter, word)
        {
            return offset;
        }
        let mut offsets = Vec::new();
        for near in [civil_ms - DAY_MS, civil_ms, civil_ms + DAY_MS] {
            let Ok(near) = Timestamp::from_millisecond(near) else { continue };
            let info = zone.to_offset_info(near);
            let offset = i64::from(info.offset().seconds()) * 1000;
            if info.abbreviation() == word.as_str() && !offsets.contains(&offset) {
                offsets.push(offset);
            }
        }
        let offset = if let [only] = offsets[..] { Some(only) } else { None };
        self.known_abbreviation = Some((quarter, word, offset));
        offset
    }
}

fn look_up(zone: &TimeZone, civil_ms: i64) -> LocalTime {
    let ms = |offset: jiff::tz::Offset| i64::from(offset.seconds()) * 1000;
    // Beyond the years that jiff knows, clocks don't change.
    let Ok(utc) = Timestamp::from_millisecond(civil_ms) else { return LocalTime::Once(0) };
    let civil: DateTime = utc.to_zoned(TimeZone::UTC).datetime();
    match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => LocalTime::Once(ms(offset)),
        AmbiguousOffset::Fold { before, after } => LocalTime::Twice(ms(before), ms(after)),
        AmbiguousOffset::Gap { .. } => LocalTime::Never,
    }
}
