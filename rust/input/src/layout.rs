//! How a line writes its moment, and where in the line that stands.

use regex::bytes::Regex;

use crate::moment::Fields;

/// One piece of how a moment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item {
    /// This byte.
    Byte(u8),
    /// One or more blanks.
    Space,
    /// What stands between date and time: `T`, a blank, `_`.
    DateTimeBreak,
    Year4,
    Year2,
    Month2,
    MonthName,
    /// One or two digits, the first of which may be a blank.
    Day,
    Hour,
    Hour12,
    AmPm,
    Minute,
    Second,
    /// `.` or `,` and up to nine digits; none at all will do.
    Fraction,
    /// Up to nine digits.
    FractionDigits,
    Weekday,
    /// A zone: `Z`, `UTC`, `GMT`, or hours and minutes from UTC.
    Zone,
    /// Likewise, perhaps behind a blank; none at all will do.
    MayZone,
    /// A count since 1970: of seconds with a fraction, or of the unit that its length tells.
    Epoch,
}

/// Where in a line the moment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// Behind so many words, an opening bracket or quote not counted.
    Word(u8),
    /// Behind the number in angle brackets that a syslog message begins with.
    Priority,
    /// Behind one letter, as in klog.
    Letter,
    /// Behind one of the line's first opening square brackets.
    Bracket,
    /// Where the pattern says.
    Pattern,
}

/// How all lines of a log write their moments.
#[derive(Clone, Debug)]
pub struct Layout {
    items: Vec<Item>,
    anchor: Anchor,
    name: &'static str,
    /// Of the anchor that asks for one.
    pattern: Option<Regex>,
}

impl PartialEq for Layout {
    fn eq(&self, other: &Self) -> bool {
        let pattern = |layout: &Self| layout.pattern.as_ref().map(|pattern| pattern.as_str().to_owned());
        (&self.items, self.anchor, pattern(self)) == (&other.items, other.anchor, pattern(other))
    }
}

/// A moment as it was written last: up to its seconds, and behind its fraction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    before: Vec<u8>,
    behind: Vec<u8>,
    /// Without its fraction.
    ms: i64,
}

const BRACKETS_LOOKED_AT: usize = 4;
const LOOKED_AT: usize = 512;

use Item::{
    AmPm, Byte, DateTimeBreak, Day, Epoch, Fraction, FractionDigits, Hour, Hour12, MayZone, Minute, Month2,
    MonthName, Second, Space, Weekday, Year2, Year4, Zone,
};

const TIME: [Item; 6] = [Hour, Byte(b':'), Minute, Byte(b':'), Second, Fraction];

/// What is known of how logs write moments. The first that fits most lines is taken, so what says more comes first.
const KNOWN: &[(&str, &[Item], &[Anchor])] = &[
    ("ISO 8601", &[Year4, Byte(b'-'), Month2, Byte(b'-'), Day, DateTimeBreak], WORDS),
    ("year/month/day", &[Year4, Byte(b'/'), Month2, Byte(b'/'), Day, DateTimeBreak], WORDS),
    ("weekday, month name, day, time, year", &[Weekday, Space, MonthName, Space, Day, Space], WORDS),
    ("common log format", &[Day, Byte(b'/'), MonthName, Byte(b'/'), Year4, Byte(b':')], &[Anchor::Bracket]),
    ("day-month name-year", &[Day, Byte(b'-'), MonthName, Byte(b'-'), Year4, Space], WORDS),
    ("day month name year", &[Day, Space, MonthName, Space, Year4, Space], WORDS),
    ("RFC 2822", &[Weekday, Byte(b','), Space, Day, Space, MonthName, Space, Year4, Space], WORDS),
    ("syslog", &[MonthName, Space, Day, Space], WORDS),
    ("year of two digits/month/day", &[Year2, Byte(b'/'), Month2, Byte(b'/'), Day, Space], WORDS),
    ("month-day", &[Month2, Byte(b'-'), Day, Space], WORDS),
    ("klog", &[Month2, Day, Space], &[Anchor::Letter]),
    ("ISO 8601, basic", &[Year4, Month2, Day, DateTimeBreak], WORDS),
    ("since 1970", &[], WORDS),
];

const WORDS: &[Anchor] = &[
    Anchor::Word(0),
    Anchor::Priority,
    Anchor::Word(1),
    Anchor::Word(2),
    Anchor::Word(3),
    Anchor::Word(4),
    Anchor::Bracket,
];

impl Layout {
    /// All layouts that are looked for, the one that says most first.
    #[must_use]
    pub fn known() -> Vec<Self> {
        KNOWN
            .iter()
            .flat_map(|&(name, date, anchors)| {
                let mut items = date.to_vec();
                match name {
                    "since 1970" => items.push(Epoch),
                    "ISO 8601, basic" => items.extend([Hour, Minute, Second, Fraction, MayZone]),
                    "common log format" => items.extend(TIME.into_iter().chain([Space, Zone])),
                    "weekday, month name, day, time, year" => items.extend(TIME.into_iter().chain([Space, Year4])),
                    "syslog" | "month-day" | "klog" => items.extend(TIME),
                    _ => items.extend(TIME.into_iter().chain([MayZone])),
                }
                anchors.iter().map(move |&anchor| Self { items: items.clone(), anchor, name, pattern: None })
            })
            .collect()
    }

    /// A layout from the letters of `strftime`, to be found at or near the start of a line; `Err` is the letter that
    /// is not known.
    pub fn of_format(format: &str) -> Result<Vec<Self>, String> {
        let mut items = Vec::new();
        let mut letters = format.bytes();
        while let Some(byte) = letters.next() {
            match byte {
                b'%' => {
                    let letter = letters.next().ok_or_else(|| "% at the end".to_owned())?;
                    items.extend(of_letter(letter).ok_or_else(|| format!("%{}", char::from(letter)))?);
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

    /// These layouts, at none but the place that a pattern says: all of its group `timestamp`, or else of its first, or
    /// of what it matches.
    #[must_use]
    pub fn at_pattern(layouts: Vec<Self>, pattern: &Regex) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for layout in layouts {
            let at_pattern = Self { anchor: Anchor::Pattern, pattern: Some(pattern.clone()), ..layout };
            if !found.contains(&at_pattern) {
                found.push(at_pattern);
            }
        }
        found
    }

    /// The layout of ISO 8601 and of counts since 1970, for values that are nothing but a moment.
    pub(crate) fn of_values() -> Vec<Self> {
        Self::known()
            .into_iter()
            .filter(|layout| layout.anchor == Anchor::Word(0) && !matches!(layout.name, "syslog" | "month-day"))
            .collect()
    }

    /// For people.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether its moments say which year they are of.
    #[must_use]
    pub fn has_year(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Year4 | Year2 | Epoch))
    }

    /// The moment of a line, and where it stands; `None` where there is none.
    #[inline]
    #[must_use]
    pub fn find(&self, line: &[u8]) -> Option<(Fields, (usize, usize))> {
        let at = |start: usize| self.read(line, start).map(|(fields, end)| (fields, (start, end)));
        match self.anchor {
            Anchor::Word(words) => at(behind_opening(line, behind_words(line, words)?)),
            Anchor::Priority => {
                let digits = line.strip_prefix(b"<")?.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let close = 1 + digits;
                if !(1..=3).contains(&digits) || line.get(close) != Some(&b'>') {
                    return None;
                }
                at(close + 1).or_else(|| at(behind_words(line, 1)?))
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

    /// The moment of a line that writes it as the line did that was remembered, but for the fraction of its second.
    ///
    /// A log has many lines a second: this saves reading the date and looking up the zone again.
    #[inline]
    pub(crate) fn find_again(&self, line: &[u8], seen: &Seen) -> Option<i64> {
        self.find_again_before(line, seen).map(|(ms, _)| ms)
    }

    /// Likewise, with what stands behind it.
    #[inline]
    pub(crate) fn find_again_before<'a>(&self, line: &'a [u8], seen: &Seen) -> Option<(i64, &'a [u8])> {
        let Anchor::Word(words) = self.anchor else { return None };
        let start = behind_opening(line, behind_words(line, words)?);
        let rest = behind(line.get(start..)?, &seen.before).filter(|_| !seen.before.is_empty())?;
        let mut fraction = Reader { line: rest, at: 0, fields: Fields::default() };
        fraction.take(Fraction)?;
        let behind = behind(&rest[fraction.at..], &seen.behind)?;
        let begins_zone = |at: usize| matches!(behind.get(at), Some(b'+' | b'-' | b'Z' | b'U' | b'G'));
        let digit = behind.first().is_some_and(u8::is_ascii_digit);
        if digit || (seen.behind.is_empty() && (begins_zone(0) || begins_zone(1))) {
            return None; // it may say more than the line before did
        }
        Some((seen.ms + i64::from(fraction.fields.millisecond), behind))
    }

    /// Remembers how a line writes its moment.
    pub(crate) fn remember(&self, line: &[u8], ms: i64, seen: &mut Seen) {
        seen.before.clear();
        seen.behind.clear();
        let Anchor::Word(words) = self.anchor else { return };
        let Some(seconds) = self.items.iter().position(|item| *item == Second) else { return };
        // Only where nothing but a zone comes behind: what else there is may be read before it (a year, am and pm).
        if !matches!(self.items[seconds + 1..], [Fraction] | [Fraction, MayZone]) {
            return;
        }
        let Some(words_end) = behind_words(line, words) else { return };
        let start = behind_opening(line, words_end);
        let mut reader = Reader { line, at: start, fields: Fields::default() };
        let read = self.items[..=seconds].iter().try_for_each(|&item| reader.take(item));
        let second_end = reader.at;
        if read.and_then(|()| reader.take(Fraction)).is_none() {
            return;
        }
        let (fraction_end, millisecond) = (reader.at, reader.fields.millisecond);
        if let Some((_, end)) = self.read(line, start) {
            seen.before.extend_from_slice(&line[start..second_end]);
            seen.behind.extend_from_slice(&line[fraction_end..end]);
            seen.ms = ms - i64::from(millisecond);
        }
    }

    fn read(&self, line: &[u8], start: usize) -> Option<(Fields, usize)> {
        let mut reader = Reader { line, at: start, fields: Fields::default() };
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

fn of_letter(letter: u8) -> Option<Vec<Item>> {
    let of = |letters: &[u8]| letters.iter().map(|&letter| of_letter(letter)).collect::<Option<Vec<_>>>();
    let joined = |letters: &[u8], between: Item| of(letters).map(|items| items.join(&between));
    Some(match letter {
        b'Y' => vec![Year4],
        b'y' => vec![Year2],
        b'm' => vec![Month2],
        b'b' | b'B' | b'h' => vec![MonthName],
        b'd' | b'e' => vec![Day],
        b'H' | b'k' => vec![Hour],
        b'I' | b'l' => vec![Hour12],
        b'p' | b'P' => vec![AmPm],
        b'M' => vec![Minute],
        b'S' => vec![Second],
        b'f' | b'L' | b'N' => vec![FractionDigits],
        b'a' | b'A' => vec![Weekday],
        b'z' | b'Z' => vec![Zone],
        b's' => vec![Epoch],
        b'T' => joined(b"HMS", Byte(b':'))?,
        b'R' => joined(b"HM", Byte(b':'))?,
        b'F' => joined(b"Ymd", Byte(b'-'))?,
        b'D' => joined(b"mdy", Byte(b'/'))?,
        b'%' => vec![Byte(b'%')],
        _ => return None,
    })
}

fn behind_words(line: &[u8], words: u8) -> Option<usize> {
    let near = &line[..line.len().min(LOOKED_AT)];
    let mut at = 0;
    for _ in 0..words {
        at += near[at..].iter().position(|&byte| byte == b' ' || byte == b'\t')?;
        at += near[at..].iter().position(|&byte| byte != b' ' && byte != b'\t')?;
    }
    Some(at)
}

/// What stands behind these bytes, where the line begins with them.
///
/// Nothing is compared with nothing by `memcmp` here: asked for no bytes at the address that an empty `Vec` has, glibc's
/// for AVX-512 loads from it under a mask, which the processor takes a hundred cycles to find out is no fault. That was
/// a quarter of the whole way from text to bodies.
#[inline]
fn behind<'a>(line: &'a [u8], bytes: &[u8]) -> Option<&'a [u8]> {
    if bytes.is_empty() { Some(line) } else { line.strip_prefix(bytes) }
}

fn behind_opening(line: &[u8], at: usize) -> usize {
    at + usize::from(matches!(line.get(at), Some(b'[' | b'(' | b'"' | b'\'' | b'<')))
}

struct Reader<'a> {
    line: &'a [u8],
    at: usize,
    fields: Fields,
}

impl Reader<'_> {
    #[inline]
    fn take(&mut self, item: Item) -> Option<()> {
        match item {
            Byte(byte) => self.byte(byte),
            Space => self.space(),
            DateTimeBreak => match self.line.get(self.at)? {
                b'T' | b't' | b'_' => {
                    self.at += 1;
                    Some(())
                }
                _ => self.space(),
            },
            Year4 => self.number(4, 4, 1970, 9999).map(|year| self.fields.year = Some(year.cast_signed())),
            Year2 => {
                // As POSIX has it: 69 to 99 are of the century before.
                let year = self.number(2, 2, 0, 99)?.cast_signed();
                self.fields.year = Some(if year < 69 { 2000 + year } else { 1900 + year });
                Some(())
            }
            Month2 => self.number(2, 2, 1, 12).map(|month| self.fields.month = month),
            MonthName => self.month_name(),
            Day => {
                let padded = usize::from(self.line.get(self.at) == Some(&b' '));
                self.at += padded;
                self.number(1, 2 - padded, 1, 31).map(|day| self.fields.day = day)
            }
            Hour => self.number(1, 2, 0, 23).map(|hour| self.fields.hour = hour),
            Hour12 => self.number(1, 2, 1, 12).map(|hour| self.fields.hour = hour % 12),
            AmPm => {
                let word = self.line.get(self.at..self.at + 2)?;
                self.at += 2;
                match word.to_ascii_lowercase().as_slice() {
                    b"am" => Some(()),
                    b"pm" => {
                        self.fields.hour += 12;
                        Some(())
                    }
                    _ => None,
                }
            }
            Minute => self.number(2, 2, 0, 59).map(|minute| self.fields.minute = minute),
            Second => self.number(2, 2, 0, 60).map(|second| self.fields.second = second),
            Fraction => {
                if let (Some(b'.' | b','), Some(digit)) = (self.line.get(self.at), self.line.get(self.at + 1))
                    && digit.is_ascii_digit()
                {
                    self.at += 1;
                    return self.fraction();
                }
                Some(())
            }
            FractionDigits => self.fraction(),
            Weekday => self.weekday(),
            Zone => self.zone(),
            MayZone => {
                let before = self.at;
                if self.line.get(self.at) == Some(&b' ') {
                    self.at += 1;
                }
                if self.zone().is_none() {
                    self.at = before;
                }
                Some(())
            }
            Epoch => self.epoch(),
        }
    }

    fn byte(&mut self, byte: u8) -> Option<()> {
        (self.line.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    fn space(&mut self) -> Option<()> {
        self.byte(b' ').or_else(|| self.byte(b'\t'))?;
        while let Some(b' ' | b'\t') = self.line.get(self.at) {
            self.at += 1;
        }
        Some(())
    }

    #[inline]
    fn number(&mut self, least: usize, most: usize, from: u32, to: u32) -> Option<u32> {
        let mut value = 0;
        let mut digits = 0;
        while digits < most
            && let Some(byte @ b'0'..=b'9') = self.line.get(self.at + digits)
        {
            value = value * 10 + u32::from(byte - b'0');
            digits += 1;
        }
        self.at += digits;
        (digits >= least && (from..=to).contains(&value)).then_some(value)
    }

    fn fraction(&mut self) -> Option<()> {
        let digits = self.line[self.at..].iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
        let value = |i: usize| if i < digits { u32::from(self.line[self.at + i] - b'0') } else { 0 };
        self.fields.millisecond = value(0) * 100 + value(1) * 10 + value(2);
        self.at += digits;
        (digits > 0).then_some(())
    }

    fn month_name(&mut self) -> Option<()> {
        const NAMES: [&[u8]; 12] = [
            b"january",
            b"february",
            b"march",
            b"april",
            b"may",
            b"june",
            b"july",
            b"august",
            b"september",
            b"october",
            b"november",
            b"december",
        ];
        let word = self.word();
        let found = NAMES.iter().position(|name| {
            word.len() >= 3 && name.starts_with(&word) && (word.len() == 3 || word.len() == name.len())
        })?;
        self.fields.month = u32::try_from(found).ok()? + 1;
        self.at += word.len();
        Some(())
    }

    fn weekday(&mut self) -> Option<()> {
        const NAMES: [&[u8]; 7] =
            [b"monday", b"tuesday", b"wednesday", b"thursday", b"friday", b"saturday", b"sunday"];
        let word = self.word();
        NAMES.iter().find(|name| word.len() >= 3 && name.starts_with(&word))?;
        self.at += word.len();
        Some(())
    }

    /// The letters from here on, in lower case: ten at most.
    fn word(&self) -> Vec<u8> {
        self.line[self.at..]
            .iter()
            .take(10)
            .take_while(|byte| byte.is_ascii_alphabetic())
            .map(u8::to_ascii_lowercase)
            .collect()
    }

    fn zone(&mut self) -> Option<()> {
        let rest = &self.line[self.at..];
        let named = [&b"Z"[..], b"UTC", b"GMT"].into_iter().find(|name| rest.starts_with(name));
        if let Some(name) = named {
            if rest.get(name.len()).is_some_and(u8::is_ascii_alphanumeric) {
                return None;
            }
            self.fields.offset = Some(0);
            self.at += name.len();
            return Some(());
        }
        let sign = match rest.first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let before = self.at;
        self.at += 1;
        let east = (|| {
            let hours = self.number(2, 2, 0, 23)?;
            let colon = self.byte(b':').is_some();
            let minutes = self.number(2, 2, 0, 59);
            if colon && minutes.is_none() {
                return None;
            }
            Some((hours * 3600 + minutes.unwrap_or(0) * 60).cast_signed())
        })();
        match east {
            Some(east) if !self.line.get(self.at).is_some_and(u8::is_ascii_digit) => {
                self.fields.offset = Some(sign * east);
                Some(())
            }
            _ => {
                self.at = before;
                None
            }
        }
    }

    fn epoch(&mut self) -> Option<()> {
        let digits = self.line[self.at..].iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
        let whole = std::str::from_utf8(&self.line[self.at..self.at + digits]).ok()?;
        let value: i64 = whole.parse().ok()?;
        self.at += digits;
        // The lengths of the years 2001 to 2286: seconds, milli-, micro-, nanoseconds.
        self.fields.epoch_ms = Some(match digits {
            10 => {
                self.take(Fraction)?;
                value * 1000 + i64::from(self.fields.millisecond)
            }
            13 => value,
            16 => value / 1000,
            19 => value / 1_000_000,
            _ => return None,
        });
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Clock;

    fn read(line: &str) -> Option<(i64, &'static str)> {
        let mut clock = Clock::new("UTC", Some(2025), 1_790_000_000_000).unwrap();
        Layout::known().iter().find_map(|layout| {
            let (fields, _) = layout.find(line.as_bytes())?;
            Some((clock.resolve(&fields)?, layout.name()))
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
        let mut clock = Clock::new("Europe/Berlin", Some(2015), 1_790_000_000_000).unwrap();
        for layout in Layout::known() {
            let mut seen = Seen::default();
            for first in starts.iter().flat_map(|start| rests.map(|rest| format!("{start}{rest}"))) {
                if let Some((fields, _)) = layout.find(first.as_bytes()) {
                    layout.remember(first.as_bytes(), clock.resolve(&fields).unwrap(), &mut seen);
                }
                for next in starts.iter().flat_map(|start| rests.map(|rest| format!("{start}{rest}"))) {
                    if let Some(ms) = layout.find_again(next.as_bytes(), &seen) {
                        let (fields, _) = layout.find(next.as_bytes()).unwrap();
                        assert_eq!(Some(ms), clock.resolve(&fields), "{first:?} then {next:?}, {layout:?}");
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
        let mut clock = Clock::new("UTC", None, 1_790_000_000_000).unwrap();
        let mut of = |pattern: &str, line: &str| {
            Layout::at_pattern(Layout::known(), &Regex::new(pattern).unwrap())
                .iter()
                .find_map(|layout| clock.resolve(&layout.find(line.as_bytes())?.0))
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
        let mut clock = Clock::new("UTC", None, 1_790_000_000_000).unwrap();
        let mut of = |format: &str, line: &str| {
            Layout::of_format(format)
                .unwrap()
                .iter()
                .find_map(|layout| clock.resolve(&layout.find(line.as_bytes())?.0))
        };
        assert_eq!(of("%d.%m.%Y %H:%M:%S.%f", "x 29.07.2015 17:41:44.747 y"), Some(1_438_191_704_747));
        assert_eq!(of("%m/%d/%Y %I:%M:%S %p", "07/29/2015 05:41:44 PM y"), Some(1_438_191_704_000));
        assert_eq!(of("%F %T%z", "2015-07-29 17:41:44+0000"), Some(1_438_191_704_000));
        assert_eq!(of("%s", "1438191704 y"), Some(1_438_191_704_000));
        assert_eq!(Layout::of_format("%Q"), Err("%Q".to_owned()));
    }
}
