//! How a line writes its timestamp, and where in the line that is.

use regex::bytes::Regex;

use crate::prefix::Prefix;
use crate::time::fields::FormatItem::{self, Byte, Epoch, Fraction, MayZone, Second, Space, Year2, Year4};
use crate::time::fields::{FieldReader, TimestampFields, items_of_letter};
use crate::time::known_formats::{Anchor, WORDS, known_formats};

/// How all lines of a log write their timestamps.
#[derive(Clone, Debug)]
pub struct TimestampFormat {
    items: Vec<FormatItem>,
    anchor: Anchor,
    name: &'static str,
    /// Of the anchor that needs one.
    pattern: Option<Regex>,
}

impl PartialEq for TimestampFormat {
    fn eq(&self, other: &Self) -> bool {
        let pattern = |format: &Self| format.pattern.as_ref().map(|pattern| pattern.as_str().to_owned());
        (&self.items, self.anchor, pattern(self)) == (&other.items, other.anchor, pattern(other))
    }
}

/// The timestamp that was read last: its text up to its seconds, and after its fraction.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastTimestamp {
    before: Prefix,
    after: Prefix,
    /// Without its fraction.
    ms: i64,
}

impl LastTimestamp {
    /// The timestamp of a text that is nothing else, and written as the one before with three digits of its second; `None`
    /// if it may be one all the same.
    #[inline]
    pub(crate) fn again(&self, text: &[u8]) -> Option<i64> {
        let (digits, after) = text.get(self.before.len()..)?.split_first_chunk()?;
        let millisecond = three_digits_after_a_point(*digits)?;
        (self.is_some() && self.before.begins(text) && self.after.is(after)).then(|| self.ms + millisecond)
    }

    /// Whether there is one.
    #[inline]
    fn is_some(&self) -> bool {
        self.before.len() > 0
    }
}

/// The three digits after a point or comma.
#[inline]
fn three_digits_after_a_point(bytes: [u8; 4]) -> Option<i64> {
    let [point, digits @ ..] = bytes;
    let [hundreds, tens, ones] = digits.map(|byte| byte.wrapping_sub(b'0'));
    let are = matches!(point, b'.' | b',') && hundreds < 10 && tens < 10 && ones < 10;
    are.then(|| i64::from(u16::from(hundreds) * 100 + u16::from(tens) * 10 + u16::from(ones)))
}

const BRACKETS_LOOKED_AT: usize = 4;
const LOOKED_AT: usize = 512;

impl TimestampFormat {
    /// All formats that are looked for, the most specific first.
    #[must_use]
    pub fn known() -> Vec<Self> {
        known_formats()
            .into_iter()
            .flat_map(|(name, items, anchors)| {
                anchors.iter().map(move |&anchor| Self { items: items.clone(), anchor, name, pattern: None })
            })
            .collect()
    }

    /// A format from the letters of `strftime`, to be found at or near the start of a line; `Err` is the letter that
    /// is not supported.
    pub fn from_strftime(format: &str) -> Result<Vec<Self>, String> {
        let mut items = Vec::new();
        let mut letters = format.bytes();
        while let Some(byte) = letters.next() {
            match byte {
                b'%' => {
                    let letter = letters.next().ok_or_else(|| "% at the end".to_owned())?;
                    items.extend(items_of_letter(letter).ok_or_else(|| format!("%{}", char::from(letter)))?);
                }
                b' ' | b'\t' => items.push(Space),
                other => items.push(Byte(other)),
            }
        }
        if items.is_empty() {
            return Err("nothing".to_owned());
        }
        let of = |&anchor| Self { items: items.clone(), anchor, name: "the format given", pattern: None };
        Ok(WORDS.iter().map(of).collect())
    }

    /// What the user of a file says: a format, a pattern that finds the timestamp, both, or neither.
    #[must_use]
    pub fn given(formats: Option<Vec<Self>>, pattern: Option<&Regex>) -> Option<Vec<Self>> {
        match pattern {
            None => formats,
            Some(pattern) => Some(Self::at_pattern(formats.unwrap_or_else(Self::known), pattern)),
        }
    }

    /// These formats, only where a pattern matches: all of its group `timestamp`, or else of its first group, or of the
    /// match.
    #[must_use]
    pub fn at_pattern(formats: Vec<Self>, pattern: &Regex) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for format in formats {
            let at_pattern = Self { anchor: Anchor::Pattern, pattern: Some(pattern.clone()), ..format };
            if !found.contains(&at_pattern) {
                found.push(at_pattern);
            }
        }
        found
    }

    /// The formats of ISO 8601 and of counts since 1970, for values that are nothing but a timestamp.
    pub(crate) fn of_values() -> Vec<Self> {
        Self::known()
            .into_iter()
            .filter(|format| format.anchor == Anchor::Word(0) && !matches!(format.name, "syslog" | "month-day"))
            .collect()
    }

    /// Its name, for people.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether its timestamps have a year.
    #[must_use]
    pub fn has_year(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Year4 | Year2 | Epoch))
    }

    /// The timestamp of a line, and its range; `None` if there is none.
    #[inline]
    #[must_use]
    pub fn find(&self, line: &[u8]) -> Option<(TimestampFields, (usize, usize))> {
        let at = |start: usize| self.read(line, start).map(|(fields, end)| (fields, (start, end)));
        match self.anchor {
            Anchor::Word(words) => at(after_opening(line, after_words(line, words)?)),
            Anchor::Priority => {
                let digits = line.strip_prefix(b"<")?.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let close = 1 + digits;
                if !(1..=3).contains(&digits) || line.get(close) != Some(&b'>') {
                    return None;
                }
                at(close + 1).or_else(|| at(after_words(line, 1)?))
            }
            Anchor::Letter => line.first().filter(|byte| byte.is_ascii_uppercase()).and_then(|_| at(1)),
            Anchor::Bracket => {
                let near = &line[..line.len().min(LOOKED_AT)];
                memchr::memchr_iter(b'[', near).take(BRACKETS_LOOKED_AT).find_map(|bracket| at(bracket + 1))
            }
            Anchor::Pattern => {
                let found = self.pattern.as_ref()?.captures(line)?;
                let place = found.name("timestamp").or_else(|| found.get(1)).or_else(|| found.get(0))?;
                let (fields, end) = self.read(&line[..place.end()], place.start())?;
                (end == place.end()).then_some((fields, (place.start(), end)))
            }
        }
    }

    /// The timestamp of a line that writes it as the remembered one, except for the fraction of its second.
    ///
    /// A log has many lines a second: this saves reading the date and looking up the zone again.
    #[inline]
    pub(crate) fn find_again(&self, line: &[u8], last: &LastTimestamp) -> Option<i64> {
        self.find_again_before(line, last).map(|(ms, _)| ms)
    }

    /// The same, with what comes after it.
    #[inline]
    pub(crate) fn find_again_before<'a>(&self, line: &'a [u8], last: &LastTimestamp) -> Option<(i64, &'a [u8])> {
        let Anchor::Word(words) = self.anchor else { return None };
        let start = after_opening(line, after_words(line, words)?);
        let rest = strip_prefix(line.get(start..)?, &last.before).filter(|_| last.is_some())?;
        let mut fraction = FieldReader { line: rest, at: 0, fields: TimestampFields::default() };
        fraction.take(Fraction)?;
        let after = strip_prefix(&rest[fraction.at..], &last.after)?;
        let begins_zone = |at: usize| matches!(after.get(at), Some(b'+' | b'-' | b'Z' | b'U' | b'G'));
        let digit = after.first().is_some_and(u8::is_ascii_digit);
        if digit || (last.after.len() == 0 && (begins_zone(0) || begins_zone(1))) {
            return None; // it may have more than the line before had
        }
        Some((last.ms + i64::from(fraction.fields.millisecond), after))
    }

    /// Remembers how a line writes its timestamp.
    pub(crate) fn remember(&self, line: &[u8], ms: i64, last: &mut LastTimestamp) {
        last.before.set(b"");
        last.after.set(b"");
        let Anchor::Word(words) = self.anchor else { return };
        let Some(seconds) = self.items.iter().position(|item| *item == Second) else { return };
        // Only if nothing but a zone follows: anything else may change the timestamp (a year, am and pm).
        if !matches!(self.items[seconds + 1..], [Fraction] | [Fraction, MayZone]) {
            return;
        }
        let Some(words_end) = after_words(line, words) else { return };
        let start = after_opening(line, words_end);
        let mut reader = FieldReader { line, at: start, fields: TimestampFields::default() };
        let read = self.items[..=seconds].iter().try_for_each(|&item| reader.take(item));
        let second_end = reader.at;
        if read.and_then(|()| reader.take(Fraction)).is_none() {
            return;
        }
        let (fraction_end, millisecond) = (reader.at, reader.fields.millisecond);
        if let Some((_, end)) = self.read(line, start) {
            last.before.set(&line[start..second_end]);
            last.after.set(&line[fraction_end..end]);
            last.ms = ms - i64::from(millisecond);
        }
    }

    fn read(&self, line: &[u8], start: usize) -> Option<(TimestampFields, usize)> {
        let mut reader = FieldReader { line, at: start, fields: TimestampFields::default() };
        for &item in &self.items {
            reader.take(item)?;
        }
        // 12:30:459 is no 12:30:45.
        match line.get(reader.at) {
            Some(byte) if byte.is_ascii_digit() => None,
            _ => Some((reader.fields, reader.at)),
        }
    }
}

fn after_words(line: &[u8], words: u8) -> Option<usize> {
    let near = &line[..line.len().min(LOOKED_AT)];
    let mut at = 0;
    for _ in 0..words {
        at += near[at..].iter().position(|&byte| byte == b' ' || byte == b'\t')?;
        at += near[at..].iter().position(|&byte| byte != b' ' && byte != b'\t')?;
    }
    Some(at)
}

/// What follows these bytes, if the line begins with them.
#[inline]
fn strip_prefix<'a>(line: &'a [u8], bytes: &Prefix) -> Option<&'a [u8]> {
    bytes.begins(line).then(|| &line[bytes.len()..])
}

fn after_opening(line: &[u8], at: usize) -> usize {
    at + usize::from(matches!(line.get(at), Some(b'[' | b'(' | b'"' | b'\'' | b'<')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::civil::TimestampResolver;

    fn read(line: &str) -> Option<(i64, &'static str)> {
        let mut resolver = TimestampResolver::new("UTC", Some(2025), 1_790_000_000_000).unwrap();
        TimestampFormat::known().iter().find_map(|format| {
            let (fields, _) = format.find(line.as_bytes())?;
            Some((resolver.resolve(&fields).ok()?, format.name()))
        })
    }

    #[test]
    fn shapes_of_many_systems() {
        let same = 1_438_191_704_000;
        for (line, ms) in [
            ("2015-07-29T17:41:44Z started", same),
            ("2015-07-29 17:41:44,747 - INFO [main] x", same + 747),
            ("2015-07-29T19:41:44.747123+02:00 x", same + 747),
            ("2015-07-29 17:41:44 +0000 x", same),
            ("2015-07-29_17:41:44.1 x", same + 100),
            ("2015-07-29T17:41:44.747123456Z stdout F x", same + 747),
            ("<34>1 2015-07-29T17:41:44.003Z host app - ID47 - x", same + 3),
            ("nova.log.1 2015-07-29 17:41:44.008 2574 INFO x", same + 8),
            ("2015/07/29 17:41:44 [error] 1#1: x", same),
            ("[Wed Jul 29 17:41:44 2015] [notice] x", same),
            ("[Wed Jul 29 17:41:44.123456 2015] [core:notice] x", same + 123),
            ("127.0.0.1 - frank [29/Jul/2015:10:41:44 -0700] \"GET / HTTP/1.0\" 200", same),
            ("29-Jul-2015 17:41:44.747 INFO [main] x", same + 747),
            ("29 Jul 2015 17:41:44,747 INFO x", same + 747),
            ("Wed, 29 Jul 2015 17:41:44 +0000 x", same),
            ("15/07/29 17:41:44 INFO x", same),
            ("20150729T174144Z x", same),
            ("1438191704 x", same),
            ("1438191704.747 x", same + 747),
            ("1438191704747 x", same + 747),
            ("1438191704747000000 x", same + 747),
            ("[2015-07-29 17:41:44] x", same),
            ("level=info ts=x \t[29/Jul/2015:17:41:44 +0000] x", same),
        ] {
            assert_eq!(read(line).map(|found| found.0), Some(ms), "{line}");
        }
        let of_2025 = 1_753_810_904_000;
        for (line, ms) in [
            ("Jul 29 17:41:44 combo sshd[1]: x", of_2025),
            ("<34>Jul 29 17:41:44 combo su: x", of_2025),
            ("07-29 17:41:44.811  1702  2395 D x", of_2025 + 811),
            ("I0729 17:41:44.123456       1 main.go:1] x", of_2025 + 123),
        ] {
            assert_eq!(read(line).map(|found| found.0), Some(ms), "{line}");
        }
    }

    #[test]
    fn what_is_found_again_is_what_would_be_found() {
        let starts = [
            "2015-07-29 17:41:44",
            "2015-07-29T17:41:45",
            "[2015-07-29 17:41:44",
            "15/07/29 17:41:44",
            "Jul 29 17:41:44",
        ];
        let rests = [
            "",
            " x",
            ",747 x",
            ".7 x",
            ",747",
            "Z x",
            "+02:00 x",
            ".5+02:00",
            " +0200 x",
            "0 x",
            ",1234567891 x",
            " UTC x",
            " GO x",
            " -x",
        ];
        let mut resolver = TimestampResolver::new("Europe/Berlin", Some(2015), 1_790_000_000_000).unwrap();
        for format in TimestampFormat::known() {
            let mut last = LastTimestamp::default();
            for first in starts.iter().flat_map(|start| rests.map(|rest| format!("{start}{rest}"))) {
                if let Some((fields, _)) = format.find(first.as_bytes()) {
                    format.remember(first.as_bytes(), resolver.resolve(&fields).unwrap(), &mut last);
                }
                for next in starts.iter().flat_map(|start| rests.map(|rest| format!("{start}{rest}"))) {
                    if let Some(ms) = format.find_again(next.as_bytes(), &last) {
                        let (fields, _) = format.find(next.as_bytes()).unwrap();
                        assert_eq!(Ok(ms), resolver.resolve(&fields), "{first:?} then {next:?}, {format:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        for line in [
            "",
            "    at com.example.Main(Main.java:17)",
            "2015-13-29 17:41:44 x",
            "2015-07-29 25:41:44",
            "12:30:45",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn at_the_place_that_a_pattern_says() {
        let mut resolver = TimestampResolver::new("UTC", None, 1_790_000_000_000).unwrap();
        let mut of = |pattern: &str, line: &str| {
            TimestampFormat::at_pattern(TimestampFormat::known(), &Regex::new(pattern).unwrap())
                .iter()
                .find_map(|format| resolver.resolve(&format.find(line.as_bytes())?.0).ok())
        };
        let line = "a=2014-01-01T00:00:00Z b c d e f g h i=2015-07-29T17:41:44.747Z j";
        assert_eq!(of(r"i=(\S+)", line), Some(1_438_191_704_747));
        assert_eq!(of(r"(a)=(?<timestamp>\S+)", line), Some(1_388_534_400_000));
        assert_eq!(of(r"2015\S+", line), Some(1_438_191_704_747));
        assert_eq!(of(r"i=(\S+ j)", line), None, "it is not all of the group");
        assert_eq!(of(r"k=(\S+)", line), None);
    }

    #[test]
    fn a_format_of_strftime() {
        let mut resolver = TimestampResolver::new("UTC", None, 1_790_000_000_000).unwrap();
        let mut of = |format: &str, line: &str| {
            TimestampFormat::from_strftime(format)
                .unwrap()
                .iter()
                .find_map(|format| resolver.resolve(&format.find(line.as_bytes())?.0).ok())
        };
        assert_eq!(of("%d.%m.%Y %H:%M:%S.%f", "x 29.07.2015 17:41:44.747 y"), Some(1_438_191_704_747));
        assert_eq!(of("%m/%d/%Y %I:%M:%S %p", "07/29/2015 05:41:44 PM y"), Some(1_438_191_704_000));
        assert_eq!(of("%F %T%z", "2015-07-29 17:41:44+0000"), Some(1_438_191_704_000));
        assert_eq!(of("%s", "1438191704 y"), Some(1_438_191_704_000));
        assert_eq!(TimestampFormat::from_strftime("%Q"), Err("%Q".to_owned()));
    }
}
