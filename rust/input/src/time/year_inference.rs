//! The year of a file's first timestamp, from samples of its lines.

use crate::time::error::TimeError;
use crate::time::fields::TimestampFields;
use crate::time::years::{
    DAY_MS, DISORDER, Direction, LONGEST_GAP, YEARS_LOOKED_AT, YearSource, YearTracker, Years, civil_ms,
};

/// Infers the years of a file from the timestamps of sample lines, in the order of the file.
///
/// The first year is the latest that nothing contradicts: the last timestamp is not after `now_ms`, nor after the file was
/// modified, 29 February exists, weekdays fit, and the order is kept. Between samples, lines may be missing.
///
/// # Errors
///
/// No year fits, or not only one does.
pub fn infer_years(
    fields: &mut dyn Iterator<Item = &TimestampFields>,
    now_ms: i64,
    modified_ms: Option<i64>,
    given: Option<i32>,
) -> Result<Years, TimeError> {
    let samples: Vec<&TimestampFields> = fields.filter(|fields| fields.epoch_ms.is_none()).collect();
    let direction = direction_of(&samples);
    let follow = |first: i32, limit_ms: i64, skips_years: bool| -> Result<(i32, i64), TimeError> {
        let mut tracker =
            YearTracker::new(Some(first), direction, limit_ms).with_gaps().skipping_years(skips_years);
        let (mut last, mut latest) = (first, i64::MIN);
        for fields in &samples {
            last = fields.year.map_or_else(|| tracker.year_of(fields), Ok)?;
            let civil = civil_ms(last, fields).ok_or(TimeError::NoSuchDay)?;
            tracker.note(last, civil);
            latest = latest.max(civil);
        }
        Ok((last, latest))
    };
    let follow_any = |first: i32, limit_ms: i64| {
        let strictly = follow(first, limit_ms, false);
        let found = strictly.or_else(|error| follow(first, limit_ms, true).map_err(|_| error));
        found.map(|(last, latest)| (last, latest, strictly.is_err()))
    };
    if let Some(first) = given {
        let (last, _, skips_years) = follow_any(first, now_ms)?;
        return Ok(Years { first, last, direction, source: YearSource::Given, skips_years });
    }
    let search = |limit_ms: i64| -> Result<(i32, i32, bool), TimeError> {
        let this_year = YearTracker::new(None, direction, limit_ms).latest_year();
        let mut error = None;
        // Whole years are missing only if there is no other way.
        for skips_years in [false, true] {
            for first in ((this_year - YEARS_LOOKED_AT).max(1970)..=this_year).rev() {
                match follow(first, limit_ms, skips_years) {
                    Ok((last, latest)) if latest <= limit_ms.saturating_add(DAY_MS) => {
                        return Ok((first, last, skips_years));
                    }
                    Ok(_) => (),
                    // The latest year that is not in the future has the reason that people understand.
                    Err(reason) => error = error.or(Some(reason)),
                }
            }
        }
        Err(error.unwrap_or(TimeError::UnknownYear))
    };
    let by_now = search(now_ms);
    let limit_ms = now_ms.min(modified_ms.unwrap_or(i64::MAX));
    let (first, last, skips_years) = if limit_ms < now_ms { search(limit_ms)? } else { by_now? };
    let is_by_now = by_now == Ok((first, last, skips_years));
    if !is_by_now
        && follow(first + 1, i64::MAX, skips_years).is_ok_and(|(_, latest)| latest <= limit_ms + DISORDER)
    {
        // A few days after the file was modified: its clock or the copy is wrong, and the year before is unlikely.
        return Err(TimeError::UnknownYear);
    }
    let source = if samples.iter().any(|fields| !fields.weekdays.is_empty()) {
        YearSource::Weekday
    } else if !is_by_now {
        YearSource::Modified
    } else if samples.iter().any(|fields| (fields.month, fields.day) == (2, 29)) {
        YearSource::LeapDay
    } else {
        YearSource::Latest
    };
    Ok(Years { first, last, direction, source, skips_years })
}

/// The direction that most short steps from sample to sample have, as if each year were the same.
fn direction_of(samples: &[&TimestampFields]) -> Direction {
    const YEAR_MS: i64 = 366 * DAY_MS;
    let (mut forward, mut backward) = (0, 0);
    for pair in samples.windows(2) {
        let [Some(before), Some(after)] = [pair[0], pair[1]].map(|fields| civil_ms(2000, fields)) else {
            continue;
        };
        let step = (after - before + YEAR_MS / 2).rem_euclid(YEAR_MS) - YEAR_MS / 2;
        match step {
            1..LONGEST_GAP => forward += 1,
            _ if (-LONGEST_GAP..0).contains(&step) => backward += 1,
            _ => (),
        }
    }
    // Lines of several threads are often a little out of order.
    match (forward, backward) {
        _ if forward > 2 * backward => Direction::Forward,
        _ if backward > 2 * forward => Direction::Backward,
        _ => Direction::Unknown,
    }
}
