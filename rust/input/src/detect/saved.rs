//! What a file was found to be, as a text: a later run reads the rest of the file in the same way, whatever it holds by then.

use regex::bytes::Regex;

use crate::detect::detected::{Detected, FormatKind, Resolved};
use crate::lines::LineEnd;
use crate::time::civil::TimestampResolver;
use crate::time::fields::FormatItem::{self, Byte};
use crate::time::formats::{Apart, TimestampFormat};
use crate::time::places::Place;
use crate::time::years::{Direction, YearSource, Years};

const VERSION: &str = "cordwood layouts 1";

const ITEMS: &[(&str, FormatItem)] = &[
    ("blank", FormatItem::Space),
    ("year", FormatItem::Year4),
    ("year2", FormatItem::Year2),
    ("month", FormatItem::Month),
    ("month2", FormatItem::Month2),
    ("month-name", FormatItem::MonthName),
    ("day", FormatItem::Day),
    ("day2", FormatItem::Day2),
    ("hour", FormatItem::Hour),
    ("hour2", FormatItem::Hour2),
    ("hour12", FormatItem::Hour12),
    ("am-pm", FormatItem::AmPm),
    ("minute", FormatItem::Minute),
    ("minute2", FormatItem::Minute2),
    ("second", FormatItem::Second),
    ("second2", FormatItem::Second2),
    ("fraction", FormatItem::Fraction),
    ("fraction-comma", FormatItem::FractionComma),
    ("fraction-colon", FormatItem::FractionColon),
    ("fraction-digits", FormatItem::FractionDigits),
    ("milliseconds", FormatItem::Milliseconds),
    ("weekday", FormatItem::Weekday),
    ("zone", FormatItem::Zone),
    ("epoch", FormatItem::Epoch),
];

const PLACES: &[(&str, Place)] = &[
    ("start", Place::Start),
    ("priority", Place::Priority),
    ("letter", Place::Letter),
    ("bracket", Place::Bracket),
    ("column", Place::Column),
    ("pattern", Place::Pattern),
    ("whole", Place::Whole),
];

const DIRECTIONS: &[(&str, Direction)] =
    &[("forward", Direction::Forward), ("backward", Direction::Backward), ("unknown", Direction::Unknown)];

/// What a file was found to be, and in which years its lines are, for a later run that reads it in the same way.
#[must_use]
pub fn saved(detected: &Detected, resolved: &Resolved) -> String {
    save(detected, &resolved.years)
}

/// What a file was found to be, from the text that [`saved`] returned; `None` if it is something else.
///
/// `regex` is the `timestamp_regex` that it was found with.
#[must_use]
pub fn restored(text: &str, resolver: TimestampResolver, regex: Option<&Regex>) -> Option<(Detected, Resolved)> {
    let (detected, years) = restore(text, regex)?;
    let resolver = resolver.following(&years);
    let resolved =
        Resolved { resolver, years, first_of_file_ms: None, first_ms: None, last_ms: None, ambiguous_times: 0 };
    Some((detected, resolved))
}

fn save(detected: &Detected, years: &Years) -> String {
    let mut lines = vec![VERSION.to_owned()];
    lines.extend(detected.kind.map(|kind| format!("kind {}", kind.name())));
    if detected.line_end == LineEnd::CarriageReturn {
        lines.push("line-end carriage-return".to_owned());
    }
    lines.extend(detected.header.iter().map(|header| format!("header {}", header.escape_ascii())));
    let direction =
        DIRECTIONS.iter().find(|(_, known)| *known == years.direction).map_or("unknown", |(name, _)| name);
    lines.push(format!("years {} {} {direction} {}", years.first, years.last, years.skips_years));
    lines.extend(detected.fields.iter().map(|field| format!("field {field}")));
    lines.extend(detected.formats.iter().map(|format| format!("format {}", written(format))));
    lines.join("\n")
}

fn written(format: &TimestampFormat) -> String {
    let place = match format.place() {
        Place::Words(words) => format!("words:{words}"),
        Place::Key(key) => format!("key:{key}"),
        place => PLACES.iter().find(|(_, known)| *known == place).map_or("start", |(name, _)| name).to_owned(),
    };
    let flags = [
        ("wanders", format.wanders()),
        ("indented", format.is_indented()),
        ("behind-clock", format.is_behind_clock() == Some(true)),
        ("before-clocks", format.is_behind_clock() == Some(false)),
        ("digits-apart", format.apart().digits),
        ("word-apart", format.apart().word),
    ];
    let flags = flags.iter().filter(|(_, is)| *is).map(|(name, _)| (*name).to_owned());
    let items = format.items().iter().map(|item| match item {
        Byte(byte) => format!("byte:{byte}"),
        item => ITEMS.iter().find(|(_, known)| known == item).map_or("blank", |(name, _)| name).to_owned(),
    });
    [place].into_iter().chain(flags).chain(items).collect::<Vec<_>>().join(" ")
}

fn restore(text: &str, regex: Option<&Regex>) -> Option<(Detected, Years)> {
    let mut lines = text.lines();
    lines.next().filter(|line| *line == VERSION)?;
    let mut detected = Detected::default();
    let mut years = None;
    for line in lines {
        let (what, value) = line.split_once(' ')?;
        match what {
            "kind" => {
                let kinds = [FormatKind::Events, FormatKind::Json, FormatKind::Text];
                detected.kind = Some(kinds.into_iter().find(|kind| kind.name() == value)?);
            }
            "line-end" => detected.line_end = LineEnd::CarriageReturn,
            "header" => detected.header = Some(unescaped(value)),
            "years" => years = Some(years_of(value)?),
            "field" => detected.fields.push(value.to_owned()),
            "format" => {
                let format = format_of(value)?;
                let is_pattern = format.place() == Place::Pattern;
                detected.formats.push(if is_pattern { format.at_pattern(regex?) } else { format });
            }
            _ => return None,
        }
    }
    detected.kind?;
    Some((detected, years?))
}

/// What `escape_ascii` made of it, taken back.
fn unescaped(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, len) = match (first, after) {
            (b'\\', [b'x', high, low, ..]) => {
                let digit = |byte: &u8| {
                    char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0)
                };
                (digit(high) * 16 + digit(low), 4)
            }
            (b'\\', [b't', ..]) => (b'\t', 2),
            (b'\\', [b'n', ..]) => (b'\n', 2),
            (b'\\', [b'r', ..]) => (b'\r', 2),
            (b'\\', [other, ..]) => (*other, 2),
            (first, _) => (*first, 1),
        };
        out.push(byte);
        rest = &rest[len..];
    }
    out
}

fn years_of(value: &str) -> Option<Years> {
    let words: Vec<&str> = value.split(' ').collect();
    let [first, last, direction, skips_years] = words.as_slice() else { return None };
    Some(Years {
        first: first.parse().ok()?,
        last: last.parse().ok()?,
        direction: DIRECTIONS.iter().find(|(name, _)| name == direction)?.1,
        source: YearSource::Given,
        skips_years: skips_years.parse().ok()?,
    })
}

fn format_of(value: &str) -> Option<TimestampFormat> {
    let mut words = value.split(' ');
    let place = match words.next()?.split_once(':') {
        Some(("words", words)) => Place::Words(words.parse().ok()?),
        Some(("key", key)) => Place::key(key.parse().ok()?)?,
        Some(_) => return None,
        None => PLACES.iter().find(|(name, _)| value.split(' ').next() == Some(*name))?.1,
    };
    let mut apart = Apart::default();
    let (mut wanders, mut indented, mut behind) = (false, false, None);
    let mut items = Vec::new();
    for word in words {
        match word {
            "wanders" => wanders = true,
            "indented" => indented = true,
            "behind-clock" => behind = Some(true),
            "before-clocks" => behind = Some(false),
            "digits-apart" => apart.digits = true,
            "word-apart" => apart.word = true,
            word => items.push(match word.strip_prefix("byte:") {
                Some(byte) => Byte(byte.parse().ok()?),
                None => ITEMS.iter().find(|(name, _)| *name == word)?.1,
            }),
        }
    }
    Some(
        TimestampFormat::new(items, place)
            .wandering(wanders)
            .behind_clock(behind)
            .indented(indented)
            .apart_from(apart),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{DetectOptions, detect};

    #[test]
    fn what_was_saved_is_restored() {
        for sample in [
            "2015-07-29 17:41:44,747 INFO x\n2015-07-29 17:41:45,747 INFO y\n",
            "<34>Jul 29 17:41:44 host x: a\n<34>Jul 29 17:41:45 host x: b\n",
            "level=info ts=2015-07-29T17:41:44Z a=1\nlevel=info ts=2015-07-29T17:41:45Z a=2\n",
            "INFO [a b] 2015-07-29 17:41:44 x\nINFO [main] 2015-07-29 17:41:45 y\n",
            "{\"time\":\"29/Jul/2015:17:41:44 +0000\",\"a\":1}\n{\"ts\":1438191704,\"a\":2}\n{\"ts\":1438191705,\"a\":2}\n",
        ] {
            let options = DetectOptions { now_ms: 1_790_000_000_000, ..DetectOptions::default() };
            let found = detect(&[sample.as_bytes()], &options);
            assert!(found.problem.is_none(), "{sample}: {:?}", found.problem);
            let years = Years {
                first: 2015,
                last: 2016,
                direction: Direction::Forward,
                source: YearSource::Given,
                skips_years: false,
            };
            let (restored, known) = restore(&save(&found, &years), None).unwrap();
            assert_eq!(known, years);
            assert_eq!((restored.kind, restored.fields), (found.kind, found.fields));
            assert_eq!(restored.formats, found.formats);
        }
        assert!(restore("something else", None).is_none());
    }
}
