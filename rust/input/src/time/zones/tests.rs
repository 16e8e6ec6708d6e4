use super::*;

const HOUR: i32 = 3600;

fn read(text: &str) -> Option<(WrittenZone, usize, ZoneForm)> {
    zone_at(text.as_bytes()).map(|found| (found.zone, found.len, found.form))
}

fn named(name: &str) -> WrittenZone {
    WrittenZone::Named(ZoneName::new(name.as_bytes()).unwrap())
}

/// Each text is a zone, written so, and it is read the same whatever ends it.
fn is_zone(text: &str, zone: WrittenZone, form: ZoneForm) {
    for rest in ["", " message", "\tmessage", ", x", "] x", ") x", "\" x", "|x"] {
        assert_eq!(read(&format!("{text}{rest}")), Some((zone, text.len(), form)), "{text}{rest}");
    }
    for rest in ["x", "7", "_", "é", "=4.2", "/"] {
        assert_eq!(read(&format!("{text}{rest}")), None, "{text}{rest}");
    }
}

#[test]
fn each_form_of_a_zone() {
    let offset = |hours: i32, minutes: i32| WrittenZone::Offset(hours * HOUR + hours.signum() * minutes * 60);
    for (text, zone, form) in [
        ("Z", offset(0, 0), ZoneForm::Letter),
        ("z", offset(0, 0), ZoneForm::Letter),
        ("UTC", offset(0, 0), ZoneForm::Utc),
        ("utc", offset(0, 0), ZoneForm::Utc),
        ("GMT", offset(0, 0), ZoneForm::Utc),
        ("UT", offset(0, 0), ZoneForm::Utc),
        ("+02:00", offset(2, 0), ZoneForm::Offset),
        ("-0530", offset(-5, 30), ZoneForm::Offset),
        ("-00:00", offset(0, 0), ZoneForm::Offset),
        ("+14:00", offset(14, 0), ZoneForm::Offset),
        ("+05:45", offset(5, 45), ZoneForm::Offset),
        ("−03:00", offset(-3, 0), ZoneForm::Offset),
        ("+00:53:28", WrittenZone::Offset(53 * 60 + 28), ZoneForm::Offset),
        ("+02", offset(2, 0), ZoneForm::OffsetHours),
        ("-03", offset(-3, 0), ZoneForm::OffsetHours),
        ("GMT+02:00", offset(2, 0), ZoneForm::UtcOffset),
        ("UTC+2", offset(2, 0), ZoneForm::UtcOffset),
        ("UTC-05:30", offset(-5, 30), ZoneForm::UtcOffset),
        ("GMT+0100", offset(1, 0), ZoneForm::UtcOffset),
        ("GMT+5:30", offset(5, 30), ZoneForm::UtcOffset),
        ("Z+01:00", offset(1, 0), ZoneForm::UtcOffset),
        ("CET", offset(1, 0), ZoneForm::Abbreviation),
        ("MESZ", offset(2, 0), ZoneForm::Abbreviation),
        ("EST", offset(-5, 0), ZoneForm::Abbreviation),
        ("ACST", offset(9, 30), ZoneForm::Abbreviation),
        ("NST", offset(-3, 30), ZoneForm::Abbreviation),
        ("IST", named("IST"), ZoneForm::Abbreviation),
        ("CST", named("CST"), ZoneForm::Abbreviation),
        ("MSK", named("Europe/Moscow"), ZoneForm::Abbreviation),
        ("Europe/Paris", named("Europe/Paris"), ZoneForm::Area),
        ("America/Argentina/Salta", named("America/Argentina/Salta"), ZoneForm::Area),
        ("America/Port-au-Prince", named("America/Port-au-Prince"), ZoneForm::Area),
        // POSIX: west is positive.
        ("Etc/GMT+2", named("Etc/GMT+2"), ZoneForm::Area),
    ] {
        is_zone(text, zone, form);
    }
}

#[test]
fn brackets_and_a_second_name_belong_to_the_zone() {
    let hours = |hours: i32| WrittenZone::Offset(hours * HOUR);
    for (text, zone, form) in [
        ("[Europe/Paris]", named("Europe/Paris"), ZoneForm::Area),
        ("(CET)", hours(1), ZoneForm::Abbreviation),
        ("[UTC]", hours(0), ZoneForm::Utc),
        ("[+02:00]", hours(2), ZoneForm::Offset),
        ("+01:00[Europe/Paris]", hours(1), ZoneForm::Offset),
        ("+02:00[Europe/Paris]", hours(2), ZoneForm::Offset),
        ("+09:00[Japan]", hours(9), ZoneForm::Offset),
        ("+01:00[!Europe/Paris]", hours(1), ZoneForm::Offset),
        ("Z[Europe/Paris]", hours(0), ZoneForm::Letter),
        ("Z[UTC]", hours(0), ZoneForm::Letter),
        ("+0100 (CET)", hours(1), ZoneForm::Offset),
        ("+0100 CET", hours(1), ZoneForm::Offset),
        ("+0000 UTC", hours(0), ZoneForm::Offset),
        ("-0300 -03", hours(-3), ZoneForm::Offset),
        ("-0500 CST", hours(-5), ZoneForm::Offset),
        ("+0300 MSK", hours(3), ZoneForm::Offset),
        ("+0100 Europe/Paris", hours(1), ZoneForm::Offset),
        ("CET +0100", hours(1), ZoneForm::Abbreviation),
        ("GMT+0100 (Central European Standard Time)", hours(1), ZoneForm::UtcOffset),
    ] {
        assert_eq!(read(&format!("{text} message")), Some((zone, text.len(), form)), "{text}");
    }
    // The message begins with something else in brackets, or with a number.
    for (text, len) in
        [("+0100 (main) x", 5), ("+01:00 [77] x", 6), ("+01:00[77] x", 6), ("+0200 +15 x", 5), ("UTC [77]", 3)]
    {
        assert_eq!(read(text).map(|found| found.1), Some(len), "{text}");
    }
}

#[test]
fn a_second_name_that_contradicts_the_offset_is_no_zone() {
    for text in [
        "+09:00[Europe/Paris]",
        "+0100 EST",
        "+0100 (EST) x",
        "+0200 UTC x",
        "-0700 IST",
        "UTC +0200 x",
        "CET +0200 x",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn what_only_begins_as_a_zone() {
    for text in [
        "",
        "Z=4.2",
        "Z:4",
        "Z-4",
        "Z+2 x",
        "ZONE",
        "Z1",
        "CET/",
        "CETX",
        "cet",
        "Cet",
        "INFO",
        "ERROR x",
        "UTCnow",
        "UTC_x",
        "UTC.log",
        "+2 x",
        "+02.5",
        "+12%",
        "+12/3",
        "+123",
        "+1234 items",
        "+12345",
        "+1500",
        "+15:00",
        "-13:00",
        "+02:60",
        "+02:0",
        "+",
        "-",
        "Europe/Nowhere",
        "Europe/",
        "europe/paris",
        "Europe/Paris/x",
        "INFO/x",
        "[77]",
        "[+02] x",
        "[main]",
        "(CET",
        "()",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
}

#[test]
fn postgresql_writes_a_colon_after_the_zone() {
    assert_eq!(read("UTC:10.0.0.1(5432):app@db:[77]:LOG:  x"), Some((WrittenZone::Offset(0), 3, ZoneForm::Utc)));
    assert_eq!(read("CET:[local]:app").map(|found| found.1), Some(3));
}

#[test]
fn abbreviations_agree_with_the_tz_database() {
    // Each abbreviation with which some area of the tz database wrote its time since 1995 is known, and has that offset.
    let end = Timestamp::from_second(1_800_000_000).unwrap();
    let start = Timestamp::from_second(788_918_400).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for name in jiff::tz::db().available() {
        let Ok(zone) = TimeZone::get(name.as_str()) else { continue };
        let first = zone.to_offset_info(start);
        let mut uses = vec![(first.abbreviation().to_owned(), first.offset().seconds())];
        uses.extend(
            zone.following(start)
                .take_while(|change| change.timestamp() < end)
                .map(|change| (change.abbreviation().to_owned(), change.offset().seconds())),
        );
        for (short, offset) in uses {
            let word = short.as_bytes();
            // Numbers, and names for no time at all, or that are used in one town in one summer.
            let skipped = ["ChST", "PKST", "AWDT", "WAST", "LMT"].contains(&short.as_str());
            if skipped || !word.iter().all(u8::is_ascii_alphabetic) || is_utc(word) && offset == 0 {
                continue;
            }
            seen.insert(short.clone());
            let fits = match abbreviation(word) {
                Some(Abbreviation::Offset(fixed)) => fixed == offset,
                Some(Abbreviation::OfArea(area)) => {
                    may_have_offset(ZoneName::new(area.as_bytes()).unwrap(), offset)
                }
                Some(Abbreviation::Ambiguous { offsets, .. }) => offsets.contains(&offset),
                None => false,
            };
            // North Korea was half an hour off from 2015 to 2018.
            assert!(fits || (name.as_str() == "Asia/Pyongyang" && short == "KST"), "{name}: {short} {offset}");
        }
    }
    assert!(seen.len() > 40, "{seen:?}");
}

#[test]
fn a_name_has_at_most_32_bytes() {
    let longest = jiff::tz::db().available().map(|name| name.as_str().len()).max();
    assert!(longest.is_some_and(|longest| longest <= ZoneName::MAX));
    assert_eq!(ZoneName::new(&[b'x'; 33]), None);
    assert_eq!(ZoneName::new("é".as_bytes()), None);
}
