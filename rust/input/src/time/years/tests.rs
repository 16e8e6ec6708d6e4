use proptest::prelude::*;

use super::*;
use crate::time::calendar::civil_from_days;
use crate::time::names::Weekdays;
use crate::time::year_inference::infer_years;

/// A day as a log without years writes it.
fn written(civil: i64, with_weekday: bool) -> TimestampFields {
    let days = civil.div_euclid(DAY_MS);
    let (_, month, day) = civil_from_days(days);
    let minutes = u32::try_from(civil.rem_euclid(DAY_MS) / 60_000).unwrap();
    TimestampFields {
        month: u32::try_from(month).unwrap(),
        day: u32::try_from(day).unwrap(),
        hour: minutes / 60,
        minute: minutes % 60,
        weekdays: if with_weekday { Weekdays::only(weekday_of(days)) } else { Weekdays::default() },
        ..TimestampFields::default()
    }
}

fn year_of(civil: i64) -> i32 {
    i32::try_from(civil_from_days(civil.div_euclid(DAY_MS)).0).unwrap()
}

fn date(year: i32, month: u32, day: u32) -> i64 {
    days_from_civil(year, month, day).unwrap() * DAY_MS
}

/// The years that a tracker finds, one after the other.
fn follow(mut tracker: YearTracker, lines: &[TimestampFields]) -> Vec<Result<i32, TimeError>> {
    lines
        .iter()
        .map(|fields| {
            let found = tracker.year_of(fields);
            if let Ok(year) = found {
                tracker.note(year, civil_ms(year, fields).unwrap());
            }
            found
        })
        .collect()
}

fn dates(written: &[(u32, u32)]) -> Vec<TimestampFields> {
    written.iter().map(|&(month, day)| TimestampFields { month, day, ..TimestampFields::default() }).collect()
}

fn now() -> i64 {
    date(2026, 12, 1)
}

#[test]
fn years_follow_the_order_of_lines() {
    let from = |direction, written: &[(u32, u32)]| {
        follow(YearTracker::new(Some(2024), direction, now()), &dates(written))
    };
    let forward = |written: &[(u32, u32)]| from(Direction::Forward, written);
    assert_eq!(
        forward(&[(12, 30), (12, 31), (1, 1), (12, 31), (1, 2), (11, 1)]),
        [Ok(2024), Ok(2024), Ok(2025), Ok(2024), Ok(2025), Err(TimeError::UnknownYear)]
    );
    assert_eq!(
        from(Direction::Backward, &[(1, 2), (1, 1), (12, 31), (1, 1)]),
        [Ok(2024), Ok(2024), Ok(2023), Ok(2024)]
    );
    assert_eq!(
        from(Direction::Unknown, &[(1, 2), (12, 31), (1, 2), (3, 1)]),
        [Ok(2024), Ok(2023), Ok(2024), Ok(2024)]
    );
    // Half a year over New Year, or half a year back?
    assert_eq!(forward(&[(11, 24), (5, 3)]), [Ok(2024), Err(TimeError::UnknownYear)]);
    // 29 February, and days of no year.
    assert_eq!(forward(&[(2, 28), (2, 29), (3, 1)]), [Ok(2024); 3]);
    assert_eq!(forward(&[(12, 31), (2, 29)]), [Ok(2024), Err(TimeError::NoSuchDay)]);
    assert_eq!(forward(&[(2, 30)]), [Err(TimeError::NoSuchDay)]);
}

#[test]
fn a_stray_timestamp_does_not_move_the_others() {
    let lines = dates(&[(11, 24), (11, 24), (5, 3), (11, 24), (5, 3), (5, 4), (11, 24)]);
    let unknown = Err(TimeError::UnknownYear);
    // After two of them, the log may have gone on there.
    let expected = [Ok(2024), Ok(2024), unknown, Ok(2024), unknown, unknown, unknown];
    assert_eq!(follow(YearTracker::new(Some(2024), Direction::Forward, now()), &lines), expected);
}

#[test]
fn the_first_year_is_the_latest_that_fits() {
    let first = |fields: TimestampFields| follow(YearTracker::new(None, Direction::Forward, now()), &[fields])[0];
    assert_eq!(first(written(date(2026, 12, 1), false)), Ok(2026));
    assert_eq!(first(written(date(2025, 12, 3), false)), Ok(2025));
    assert_eq!(first(written(date(2024, 2, 29), false)), Ok(2024));
    // A Tuesday: so was 2025's; Wednesday was 2024's.
    assert_eq!(first(written(date(2026, 11, 24), true)), Ok(2026));
    assert_eq!(first(written(date(2024, 11, 27), true)), Ok(2024));
    assert_eq!(first(written(date(2000, 2, 29), true)), Ok(2000));
}

fn infer(lines: &[TimestampFields], modified: Option<i64>, given: Option<i32>) -> Result<Years, TimeError> {
    infer_years(&mut lines.iter(), now(), modified, given)
}

#[test]
fn years_are_inferred_from_samples() {
    let first = |lines: &[TimestampFields]| infer(lines, None, None).map(|years| (years.first, years.source));
    assert_eq!(first(&dates(&[(11, 24), (11, 25)])), Ok((2026, YearSource::Latest)));
    // Over New Year, forward and backward.
    assert_eq!(first(&dates(&[(12, 30), (12, 31), (1, 1)])), Ok((2025, YearSource::Latest)));
    let backward = infer(&dates(&[(1, 2), (1, 1), (12, 31), (12, 30)]), None, None).unwrap();
    assert_eq!((backward.first, backward.last, backward.direction), (2026, 2025, Direction::Backward));
    // The file was modified last year.
    let modified = infer(&dates(&[(11, 25), (11, 26)]), Some(date(2025, 11, 27)), None).unwrap();
    assert_eq!((modified.first, modified.source), (2025, YearSource::Modified));
    // Four days before the last line: that is no year, but a wrong clock.
    let before = infer(&dates(&[(11, 25), (11, 26)]), Some(date(2026, 11, 22)), None);
    assert_eq!(before, Err(TimeError::UnknownYear));
    assert_eq!(first(&dates(&[(2, 28), (2, 29), (3, 1)])), Ok((2024, YearSource::LeapDay)));
    let weekdays = [date(2016, 2, 26), date(2016, 3, 2)].map(|civil| written(civil, true));
    assert_eq!(first(&weekdays), Ok((2016, YearSource::Weekday)));
    // What the caller says is checked.
    let given = |year| infer(&dates(&[(12, 31), (2, 29)]), None, Some(year)).map(|years| years.last);
    assert_eq!((given(2023), given(2024)), (Ok(2024), Err(TimeError::NoSuchDay)));
    assert_eq!(infer(&weekdays, None, Some(2017)), Err(TimeError::Weekday));
    // One line, half a year back: it may be the other half as well.
    assert_eq!(first(&dates(&[(8, 1), (3, 1)])), Err(TimeError::UnknownYear));
}

#[test]
fn weekdays_show_that_years_are_missing() {
    let lines = [date(2020, 3, 2), date(2021, 3, 3), date(2022, 3, 4)].map(|civil| written(civil, true));
    let years = infer(&lines, None, None).unwrap();
    assert_eq!((years.first, years.last, years.skips_years), (2020, 2022, true));
    let tracker = YearTracker::new(None, Direction::Unknown, now()).following(&years);
    assert_eq!(follow(tracker, &lines), [Ok(2020), Ok(2021), Ok(2022)]);
}

/// Times of a log in order, in whole minutes, from 2012 on.
fn log(longest_step_days: i64) -> impl Strategy<Value = Vec<i64>> {
    let step = prop_oneof![4 => 1i64..2_000, 1 => 1i64..longest_step_days * 1_440];
    (0i64..3_000, prop::collection::vec(step, 1..40)).prop_map(|(day, steps)| {
        let mut time = date(2012, 1, 1) + day * DAY_MS;
        std::iter::once(time)
            .chain(steps.into_iter().map(move |minutes| {
                time += minutes * 60_000;
                time
            }))
            .collect()
    })
}

fn in_order(mut times: Vec<i64>, direction: Direction) -> Vec<i64> {
    if direction == Direction::Backward {
        times.reverse();
    }
    times
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// With gaps of less than four months, every year is right; with longer ones it is right, or not known.
    #[test]
    fn a_year_by_order_is_right_or_unknown(
        times in log(300),
        backward in any::<bool>(),
    ) {
        let direction = if backward { Direction::Backward } else { Direction::Forward };
        let times = in_order(times, direction);
        let lines: Vec<_> = times.iter().map(|&civil| written(civil, false)).collect();
        let far_future = date(2100, 1, 1);
        let found = follow(YearTracker::new(Some(year_of(times[0])), direction, far_future), &lines);
        // After one whose year is not known, a time minutes from that of the last known one is taken for the same log's going
        // on: a year later to the minute is beyond what an order can show.
        let of_year = |civil: i64| civil - date(year_of(civil), 1, 1);
        let returns = |one: i64, other: i64| (of_year(one) - of_year(other)).abs() < STRAY_RETURNS + DAY_MS;
        prop_assume!(times.windows(3).all(|three| !returns(three[0], three[2]) || (three[2] - three[0]).abs() < LONGEST_GAP));
        let has_long_gap = times.windows(2).any(|pair| (pair[1] - pair[0]).abs() >= LONGEST_GAP);
        for (&civil, found) in times.iter().zip(&found) {
            let right = *found == Ok(year_of(civil));
            prop_assert!(right || has_long_gap && *found == Err(TimeError::UnknownYear), "{found:?} for {civil}");
        }
    }

    /// With weekdays, gaps of most of a year are no matter.
    #[test]
    fn a_weekday_proves_the_year(times in log(300)) {
        let lines: Vec<_> = times.iter().map(|&civil| written(civil, true)).collect();
        let tracker = YearTracker::new(Some(year_of(times[0])), Direction::Forward, date(2100, 1, 1));
        for (&civil, found) in times.iter().zip(follow(tracker, &lines)) {
            prop_assert_eq!(found, Ok(year_of(civil)));
        }
    }

    /// Lines that are some days out of order stay in their year, over New Year too.
    #[test]
    fn disorder_of_some_days_does_not_matter(times in log(100), delays in prop::collection::vec(0i64..3 * DAY_MS, 41)) {
        let mut delayed: Vec<_> = times.iter().zip(delays).map(|(&time, delay)| (time + delay, time)).collect();
        delayed.sort_unstable();
        let times: Vec<i64> = delayed.into_iter().map(|(_, time)| time).collect();
        let lines: Vec<_> = times.iter().map(|&civil| written(civil, false)).collect();
        let tracker = YearTracker::new(Some(year_of(times[0])), Direction::Forward, date(2100, 1, 1));
        for (&civil, found) in times.iter().zip(follow(tracker, &lines)) {
            prop_assert_eq!(found, Ok(year_of(civil)));
        }
    }

    /// Samples of a log that ended less than a year ago show its first year.
    #[test]
    fn inferred_years_are_right(
        times in log(100),
        backward in any::<bool>(),
        age_days in 0i64..360,
        with_weekday in any::<bool>(),
    ) {
        let direction = if backward { Direction::Backward } else { Direction::Forward };
        let now = times[times.len() - 1] + age_days * DAY_MS;
        let times = in_order(times, direction);
        let lines: Vec<_> = times.iter().map(|&civil| written(civil, with_weekday)).collect();
        let years = infer_years(&mut lines.iter(), now, None, None).unwrap();
        prop_assert_eq!((years.first, years.last), (year_of(times[0]), year_of(times[times.len() - 1])));
        prop_assert_eq!(years.direction, direction);
        prop_assert!(!years.skips_years);
    }
}
