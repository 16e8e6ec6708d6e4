use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::time::names::Weekdays;

fn at(year: Option<i32>, month: u32, day: u32, hour: u32, minute: u32) -> TimestampFields {
    TimestampFields { year, month, day, hour, minute, ..TimestampFields::default() }
}

/// As a log in a zone writes a time.
fn written(ms: i64, zone: &TimeZone) -> TimestampFields {
    let local = Timestamp::from_millisecond(ms).unwrap().to_zoned(zone.clone());
    let part = |part: i8| part.cast_unsigned().into();
    TimestampFields {
        year: Some(local.year().into()),
        month: part(local.month()),
        day: part(local.day()),
        hour: part(local.hour()),
        minute: part(local.minute()),
        second: part(local.second()),
        millisecond: local.millisecond().cast_unsigned().into(),
        ..TimestampFields::default()
    }
}

fn ms(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_millisecond()
}

fn name(text: &str) -> WrittenZone {
    WrittenZone::Named(ZoneName::new(text.as_bytes()).unwrap())
}

fn resolver(zone: &str) -> TimestampResolver {
    TimestampResolver::new(zone, None, ms("2026-12-01T00:00:00Z")).unwrap()
}

#[test]
fn a_zone_is_looked_up_with_its_changes() {
    let mut berlin = resolver("Europe/Berlin");
    assert_eq!(berlin.resolve(&at(Some(2026), 1, 15, 12, 0)), Ok(ms("2026-01-15T11:00:00Z")));
    assert_eq!(berlin.resolve(&at(Some(2026), 7, 15, 12, 0)), Ok(ms("2026-07-15T10:00:00Z")));
    // Clocks go from 02:00 to 03:00.
    assert_eq!(berlin.resolve(&at(Some(2026), 3, 29, 1, 59)), Ok(ms("2026-03-29T00:59:00Z")));
    assert_eq!(berlin.resolve(&at(Some(2026), 3, 29, 2, 30)), Err(TimeError::NoSuchTime));
    assert_eq!(berlin.resolve(&at(Some(2026), 3, 29, 3, 0)), Ok(ms("2026-03-29T01:00:00Z")));
    assert!(TimestampResolver::new("Nowhere/City", None, 0).is_none());
}

#[test]
fn the_calendar_and_the_weekday_are_checked() {
    let mut utc = resolver("UTC");
    let tuesday = |day| TimestampFields { weekdays: Weekdays::only(1), ..at(Some(2026), 11, day, 0, 0) };
    assert_eq!(utc.resolve(&tuesday(24)), Ok(ms("2026-11-24T00:00:00Z")));
    assert_eq!(utc.resolve(&tuesday(25)), Err(TimeError::Weekday));
    // A leap second is the first of the next day, but of the same weekday.
    let leap = TimestampFields { hour: 23, minute: 59, second: 60, ..tuesday(24) };
    assert_eq!(utc.resolve(&leap), Ok(ms("2026-11-25T00:00:00Z")));
    assert_eq!(utc.resolve(&at(Some(2026), 2, 29, 0, 0)), Err(TimeError::NoSuchDay));
    assert_eq!(utc.resolve(&at(None, 2, 30, 0, 0)), Err(TimeError::NoSuchDay));
}

#[test]
fn order_shows_which_pass_of_a_repeated_hour_is_meant() {
    let times = |resolver: TimestampResolver, clocks: &[(u32, u32)]| {
        let mut resolver = resolver;
        let found: Vec<String> = clocks
            .iter()
            .map(|&(hour, minute)| resolver.resolve(&at(Some(2026), 10, 25, hour, minute)).unwrap())
            .map(|ms| Timestamp::from_millisecond(ms).unwrap().strftime("%H:%M").to_string())
            .collect();
        (found.join(" "), resolver.ambiguous_times())
    };
    let of = |clocks: &[(u32, u32)]| times(resolver("Europe/Berlin"), clocks);
    // The clock goes back within the hour.
    let both = [(1, 59), (2, 10), (2, 59), (2, 0), (2, 30), (2, 59), (3, 0), (2, 59), (3, 1)];
    assert_eq!(of(&both), ("23:59 00:10 00:59 01:00 01:30 01:59 02:00 01:59 02:01".to_owned(), 0));
    // One pass only: taken as the first, and counted.
    assert_eq!(of(&[(1, 59), (2, 10), (2, 50), (3, 0)]), ("23:59 00:10 00:50 02:00".to_owned(), 2));
    // Lines that are a little out of order are no step.
    assert_eq!(of(&[(2, 10), (2, 8), (2, 12)]), ("00:10 00:08 00:12".to_owned(), 3));
    // An hour after the line before, in a log that never was out of order; or a late line, in one that was.
    assert_eq!(of(&[(2, 58), (2, 1), (2, 59), (3, 0)]), ("00:58 01:01 01:59 02:00".to_owned(), 0));
    assert_eq!(
        of(&[(1, 10), (1, 7), (2, 58), (2, 1), (2, 59), (2, 2)]),
        ("23:10 23:07 00:58 01:01 00:59 01:02".to_owned(), 1)
    );
    // One line of a pass that no step showed.
    assert_eq!(of(&[(2, 10), (3, 0), (2, 59), (3, 1)]), ("00:10 02:00 01:59 02:01".to_owned(), 1));
    // The newest first.
    let backward = resolver("Europe/Berlin").direction(Direction::Backward);
    let mut clocks = both;
    clocks.reverse();
    assert_eq!(times(backward, &clocks), ("02:01 01:59 02:00 01:59 01:30 01:00 00:59 00:10 23:59".to_owned(), 0));
}

#[test]
fn the_second_pass_of_a_repeated_hour_lasts_until_the_hour_is_left() {
    for direction in [Direction::Forward, Direction::Unknown] {
        let mut resolver = resolver("Europe/Berlin").direction(direction);
        let mut at = |hour, minute| resolver.resolve(&at(Some(2026), 10, 25, hour, minute)).unwrap();
        assert_eq!(at(2, 58), ms("2026-10-25T00:58:00Z"));
        assert_eq!(at(2, 0), ms("2026-10-25T01:00:00Z"));
        assert_eq!(at(2, 59), ms("2026-10-25T01:59:00Z"), "before the end of the first pass, were it in it");
        assert_eq!(at(3, 0), ms("2026-10-25T02:00:00Z"));
        assert_eq!(resolver.ambiguous_times(), 0, "the step back shows both passes");
    }
}

#[test]
fn a_written_zone_decides_by_itself() {
    let mut berlin = resolver("Europe/Berlin");
    let mut of = |zone, hour| {
        let fields = TimestampFields { zone, ..at(Some(2026), 10, 25, hour, 30) };
        berlin.resolve(&fields)
    };
    assert_eq!(of(WrittenZone::Offset(7200), 2), Ok(ms("2026-10-25T00:30:00Z")));
    assert_eq!(of(WrittenZone::Offset(3600), 2), Ok(ms("2026-10-25T01:30:00Z")));
    assert_eq!(of(name("America/New_York"), 2), Ok(ms("2026-10-25T06:30:00Z")));
    assert_eq!(of(name("Europe/Moscow"), 2), Ok(ms("2026-10-24T23:30:00Z")));
    assert_eq!(of(name("Nowhere/City"), 2), Err(TimeError::UnknownZone(ZoneName::new(b"Nowhere/City").unwrap())));
}

#[test]
fn the_zone_of_the_log_explains_an_ambiguous_abbreviation() {
    let ask = |word: &str| Err(TimeError::AmbiguousZone(ZoneName::new(word.as_bytes()).unwrap()));
    let of = |zone: &str, word: &str, month, day, hour| {
        resolver(zone).resolve(&TimestampFields { zone: name(word), ..at(Some(2026), month, day, hour, 30) })
    };
    assert_eq!(of("America/Chicago", "CST", 1, 15, 12), Ok(ms("2026-01-15T18:30:00Z")));
    assert_eq!(of("Asia/Shanghai", "CST", 1, 15, 12), Ok(ms("2026-01-15T04:30:00Z")));
    assert_eq!(of("America/Havana", "CST", 1, 15, 12), Ok(ms("2026-01-15T17:30:00Z")));
    assert_eq!(of("America/Chicago", "CST", 7, 15, 12), ask("CST"));
    assert_eq!(of("UTC", "CST", 1, 15, 12), ask("CST"));
    assert_eq!(of("Europe/Berlin", "IST", 7, 15, 12), ask("IST"));
    assert_eq!(of("Asia/Kolkata", "IST", 7, 15, 12), Ok(ms("2026-07-15T07:00:00Z")));
    assert_eq!(of("Europe/London", "BST", 7, 15, 12), Ok(ms("2026-07-15T11:30:00Z")));
    // Around the change of clocks both are in use, and each decides by itself: 01:30 is there twice.
    assert_eq!(of("America/Chicago", "CDT", 11, 1, 1), Ok(ms("2026-11-01T06:30:00Z")));
    assert_eq!(of("America/Chicago", "CST", 11, 1, 1), Ok(ms("2026-11-01T07:30:00Z")));
    // The Pacific coast, unless the zone is the Philippines.
    assert_eq!(of("UTC", "PST", 1, 15, 12), Ok(ms("2026-01-15T20:30:00Z")));
    assert_eq!(of("Asia/Manila", "PST", 1, 15, 12), Ok(ms("2026-01-15T04:30:00Z")));
}

/// Zones, and a change of clocks back in each.
const CHANGES: [(&str, &str); 5] = [
    ("Europe/Berlin", "2026-10-25T01:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Atlantic/Azores", "2026-10-25T01:00:00Z"),
    ("America/Havana", "2026-11-01T05:00:00Z"),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// Times of a log around a change of clocks are right if the second pass begins so soon after the line before that the
    /// clock goes back by more than five minutes. Those that are wrong otherwise, or out of order, are counted.
    #[test]
    fn a_repeated_hour_is_right_or_counted(
        (change, backward) in (prop::sample::select(&CHANGES[..]), any::<bool>()),
        lines in prop::collection::vec((1_000i64..5_400_000, 0i64..120_000), 2..30),
        is_out_of_order in any::<bool>(),
    ) {
        let (name, change) = change;
        let zone = TimeZone::get(name).unwrap();
        let change = ms(change);
        let mut time = change - 3 * 3_600_000;
        let mut times: Vec<(i64, i64)> = lines
            .iter()
            .map(|(step, delay)| {
                time += step;
                (time + if is_out_of_order { *delay } else { 0 }, time)
            })
            .collect();
        times.sort_unstable();
        if backward {
            times.reverse();
        }
        let mut times: Vec<i64> = times.into_iter().map(|(_, time)| time).collect();
        if is_out_of_order {
            // It was before, too.
            let edge = if backward { change + 30 * 3_600_000 } else { change - 30 * 3_600_000 };
            let late = if backward { edge + 120_000 } else { edge - 120_000 };
            times.splice(0..0, [edge, late]);
        }
        let length = {
            let offset = |ms| i64::from(zone.to_offset(Timestamp::from_millisecond(ms).unwrap()).seconds()) * 1000;
            offset(change - 1) - offset(change)
        };
        let direction = if backward { Direction::Backward } else { Direction::Forward };
        let mut resolver = resolver(name).direction(direction);
        let found: Vec<i64> = times.iter().map(|&ms| resolver.resolve(&written(ms, &zone)).unwrap()).collect();
        let wrong = times.iter().zip(&found).filter(|(time, found)| time != found).count();
        prop_assert!(wrong as u64 <= resolver.ambiguous_times(), "{times:?} {found:?}");
        // The pass that the lines come to last is that which a step has to show.
        let in_last_pass = |time: i64| {
            let first = (change - length..change).contains(&time);
            let second = (change..change + length).contains(&time);
            if backward { first } else { second }
        };
        let shown = times.iter().position(|&time| in_last_pass(time)).is_none_or(|index| {
            index > 0 && (times[index] - times[index - 1]).abs() < length - 300_000
        });
        prop_assert!(is_out_of_order || !shown || wrong == 0, "{times:?} {found:?}");
    }

    /// Whatever was resolved before, a written offset and a written year mean one time.
    #[test]
    fn what_is_written_in_full_does_not_depend_on_order(
        days in prop::collection::vec((0i64..20_000 * 86_400_000, -12i32..=14), 1..20),
    ) {
        let mut resolver = resolver("Europe/Berlin");
        for (time, hours) in days {
            let offset = jiff::tz::Offset::constant(i8::try_from(hours).unwrap());
            let zone = WrittenZone::Offset(hours * 3600);
            let fields = TimestampFields { zone, ..written(time, &TimeZone::fixed(offset)) };
            prop_assert_eq!(resolver.resolve(&fields), Ok(time));
        }
    }
}
