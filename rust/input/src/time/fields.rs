//! The fields of a timestamp, and how each is written and read.

use crate::time::names;
use crate::time::zones::{self, WrittenZone};

pub(crate) use crate::time::names::{Half, Weekdays};

/// A timestamp as a line has it; what it leaves out is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimestampFields {
    /// Of four digits.
    pub year: Option<i32>,
    /// 1 to 12; 0 if no date was read.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 60: a leap second is the first of the next minute.
    pub second: u32,
    /// Fractions of a millisecond are cut off.
    pub millisecond: u32,
    /// AM or PM, until [`Self::finished`] has made the hour of it.
    pub(crate) half: Option<Half>,
    /// The zone that is written.
    pub zone: WrittenZone,
    /// The weekday that is written.
    pub weekdays: Weekdays,
    /// The timestamp itself, for logs that write a count since 1970; then nothing else counts.
    pub epoch_ms: Option<i64>,
}

impl TimestampFields {
    /// The same, with the hour of 24 that AM or PM make of it; `None` if they contradict it.
    ///
    /// An hour beyond 12 is one of 24 already, as some programs write 17:41:44 PM.
    #[inline]
    pub(crate) fn finished(self) -> Option<Self> {
        let hour = match (self.half, self.hour) {
            (Some(Half::Am), 12) => 0,
            // A clock of 24 hours shows 0 in the morning, and one of twelve, 12 in the afternoon.
            (Some(Half::Am), 13..) | (Some(Half::Pm), 0) => return None,
            (Some(Half::Pm), hour @ 1..12) => hour + 12,
            (_, hour) => hour,
        };
        Some(Self { hour, half: None, ..self })
    }
}

/// One item of a timestamp format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum FormatItem {
    /// This byte.
    Byte(u8),
    /// One or more blanks.
    Space,
    Year4,
    Year2,
    /// One or two digits.
    Month,
    /// Two digits.
    Month2,
    MonthName,
    /// One or two digits, the first of which may be a blank.
    Day,
    Day2,
    /// One or two digits, the first of which may be a blank.
    Hour,
    Hour2,
    /// 1 to 12.
    Hour12,
    AmPm,
    Minute,
    Minute2,
    Second,
    Second2,
    /// `.` and up to nine digits; optional.
    Fraction,
    /// `,` and three, six or nine digits.
    FractionComma,
    /// `:` and three or six digits.
    FractionColon,
    /// Up to nine digits, as a fraction.
    FractionDigits,
    /// Three digits.
    Milliseconds,
    Weekday,
    Zone,
    /// A count since 1970: of seconds with a fraction, or of the unit that its length shows.
    Epoch,
}

impl FormatItem {
    /// The directive of `strftime` that writes it.
    pub(crate) fn strftime(self) -> String {
        match self {
            Byte(b'%') => "%%",
            Byte(byte) => return char::from(byte).to_string(),
            Space => " ",
            Year4 => "%Y",
            Year2 => "%y",
            Month | Month2 => "%m",
            MonthName => "%b",
            Day | Day2 => "%d",
            Hour | Hour2 => "%H",
            Hour12 => "%I",
            AmPm => "%p",
            Minute | Minute2 => "%M",
            Second | Second2 => "%S",
            // Read without being asked for.
            Fraction => "",
            FractionComma => ",%f",
            FractionColon => ":%f",
            FractionDigits | Milliseconds => "%f",
            Weekday => "%a",
            Zone => "%z",
            Epoch => "%s",
        }
        .to_owned()
    }
}

use FormatItem::{
    AmPm, Byte, Day, Day2, Epoch, Fraction, FractionColon, FractionComma, FractionDigits, Hour, Hour2, Hour12,
    Milliseconds, Minute, Minute2, Month, Month2, MonthName, Second, Second2, Space, Weekday, Year2, Year4, Zone,
};

/// What a letter of `strftime` stands for; `None` if it is not supported.
pub(crate) fn items_of_letter(letter: u8) -> Option<Vec<FormatItem>> {
    let of = |letters: &[u8]| letters.iter().map(|&letter| items_of_letter(letter)).collect::<Option<Vec<_>>>();
    let joined = |letters: &[u8], between: FormatItem| of(letters).map(|items| items.join(&between));
    Some(match letter {
        b'Y' => vec![Year4],
        b'y' => vec![Year2],
        b'm' => vec![Month],
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

/// The item with all of its digits, for when digits follow without a sign between.
pub(crate) fn of_fixed_width(item: FormatItem) -> FormatItem {
    match item {
        Month => Month2,
        Day => Day2,
        Hour => Hour2,
        Minute => Minute2,
        Second => Second2,
        other => other,
    }
}

/// Whether it begins with a digit.
pub(crate) fn begins_with_digit(item: FormatItem) -> bool {
    matches!(
        item,
        Year4
            | Year2
            | Month
            | Month2
            | Day
            | Day2
            | Hour
            | Hour2
            | Hour12
            | Minute
            | Minute2
            | Second
            | Second2
            | FractionDigits
            | Milliseconds
            | Epoch
    )
}

/// Reads the fields of a timestamp from a line.
pub(crate) struct FieldReader<'a> {
    pub(crate) line: &'a [u8],
    pub(crate) at: usize,
    pub(crate) fields: TimestampFields,
}

/// How many bytes of blanks there are: spaces, tabs, and the spaces that do not break, which some put before AM and PM.
#[inline]
pub(crate) fn blank_len(text: &[u8]) -> usize {
    let mut len = 0;
    loop {
        len += match &text[len..] {
            [b' ' | b'\t', ..] => 1,
            [0xC2, 0xA0, ..] => 2,
            [0xE2, 0x80, 0xAF, ..] => 3,
            _ => return len,
        }
    }
}

impl<'a> FieldReader<'a> {
    #[inline]
    pub(crate) fn at(line: &'a [u8], at: usize) -> Self {
        Self { line, at, fields: TimestampFields::default() }
    }

    #[inline]
    pub(crate) fn take(&mut self, item: FormatItem) -> Option<()> {
        match item {
            Byte(byte) => self.byte(byte),
            Space => self.space(),
            Year4 => self.number(4, 4, 1970, 9999).map(|year| self.fields.year = Some(year.cast_signed())),
            Year2 => {
                // As POSIX has it: 69 to 99 are of the century before.
                let year = self.number(2, 2, 0, 99)?.cast_signed();
                self.fields.year = Some(if year < 69 { 2000 + year } else { 1900 + year });
                Some(())
            }
            Month => self.number(1, 2, 1, 12).map(|month| self.fields.month = month),
            Month2 => self.number(2, 2, 1, 12).map(|month| self.fields.month = month),
            MonthName => {
                let (month, len) = names::month_at(&self.line[self.at..])?;
                self.fields.month = month;
                self.at += len;
                Some(())
            }
            Day => self.padded(1, 31).map(|day| self.fields.day = day),
            Day2 => self.number(2, 2, 1, 31).map(|day| self.fields.day = day),
            Hour => self.padded(0, 23).map(|hour| self.fields.hour = hour),
            Hour2 => self.number(2, 2, 0, 23).map(|hour| self.fields.hour = hour),
            Hour12 => self.padded(0, 12).map(|hour| self.fields.hour = hour),
            AmPm => self.half_of_day(),
            Minute => self.number(1, 2, 0, 59).map(|minute| self.fields.minute = minute),
            Minute2 => self.number(2, 2, 0, 59).map(|minute| self.fields.minute = minute),
            Second => self.number(1, 2, 0, 60).map(|second| self.fields.second = second),
            Second2 => self.number(2, 2, 0, 60).map(|second| self.fields.second = second),
            Fraction => match self.line.get(self.at..) {
                Some([b'.', digit, ..]) if digit.is_ascii_digit() => {
                    self.at += 1;
                    self.fraction()
                }
                _ => Some(()),
            },
            FractionComma => self.fraction_after(b',', &[3, 6, 9]),
            FractionColon => self.fraction_after(b':', &[3, 6]),
            FractionDigits => self.fraction(),
            Milliseconds => self.number(3, 3, 0, 999).map(|millisecond| self.fields.millisecond = millisecond),
            Weekday => {
                let (weekdays, len) = names::weekday_at(&self.line[self.at..])?;
                self.fields.weekdays = weekdays;
                self.at += len;
                Some(())
            }
            Zone => {
                let found = zones::zone_at(&self.line[self.at..])?;
                self.fields.zone = found.zone;
                self.at += found.len;
                Some(())
            }
            Epoch => self.epoch(),
        }
    }

    /// Takes items one after the other.
    #[inline]
    pub(crate) fn take_all(&mut self, items: &[FormatItem]) -> Option<()> {
        items.iter().try_for_each(|&item| self.take(item))
    }

    #[inline]
    fn byte(&mut self, byte: u8) -> Option<()> {
        (self.line.get(self.at) == Some(&byte)).then(|| self.at += 1)
    }

    #[inline]
    fn space(&mut self) -> Option<()> {
        // Nearly always one.
        let len = match self.line.get(self.at..)? {
            [b' ', next, ..] if *next > b' ' && *next < 0x80 => 1,
            rest => blank_len(rest),
        };
        self.at += len;
        (len > 0).then_some(())
    }

    /// A number of one or two digits, the first of which may be a blank.
    #[inline]
    fn padded(&mut self, from: u32, to: u32) -> Option<u32> {
        let padded = usize::from(self.line.get(self.at) == Some(&b' '));
        self.at += padded;
        self.number(1, 2 - padded, from, to)
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

    #[inline]
    fn fraction(&mut self) -> Option<()> {
        // Nearly always three.
        if let Some([hundreds @ b'0'..=b'9', tens @ b'0'..=b'9', ones @ b'0'..=b'9', next]) =
            self.line.get(self.at..self.at + 4)
            && !next.is_ascii_digit()
        {
            let digit = |byte: &u8| u32::from(byte - b'0');
            self.fields.millisecond = digit(hundreds) * 100 + digit(tens) * 10 + digit(ones);
            self.at += 3;
            return Some(());
        }
        let digits = self.line[self.at..].iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
        let value = |i: usize| if i < digits { u32::from(self.line[self.at + i] - b'0') } else { 0 };
        self.fields.millisecond = value(0) * 100 + value(1) * 10 + value(2);
        self.at += digits;
        (digits > 0).then_some(())
    }

    /// A sign, and as many digits as one of these counts.
    #[inline]
    fn fraction_after(&mut self, sign: u8, counts: &[usize]) -> Option<()> {
        self.byte(sign)?;
        let from = self.at;
        self.fraction()?;
        (counts.contains(&(self.at - from)) && !self.line.get(self.at).is_some_and(u8::is_ascii_digit))
            .then_some(())
    }

    /// AM or PM.
    fn half_of_day(&mut self) -> Option<()> {
        let text = self.line.get(self.at..)?;
        let (half, len) = english_half(text).or_else(|| names::half_at(text))?;
        self.fields.half = Some(half);
        self.at += len;
        Some(())
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

/// AM or PM in either case, with or without dots, and its length.
fn english_half(text: &[u8]) -> Option<(Half, usize)> {
    let (half, rest) = match text {
        [b'A' | b'a', rest @ ..] => (Half::Am, rest),
        [b'P' | b'p', rest @ ..] => (Half::Pm, rest),
        _ => return None,
    };
    let after = match rest {
        [b'M' | b'm', rest @ ..] => rest,
        [b'.', rest @ ..] => match &rest[blank_len(rest)..] {
            [b'M' | b'm', b'.', rest @ ..] | [b'M' | b'm', rest @ ..] => rest,
            _ => return None,
        },
        _ => return None,
    };
    // Not the beginning of a word: no letter follows, but a blank of typography may.
    let ends = match after {
        [byte, ..] if byte.is_ascii_alphanumeric() => zones::zone_at(after).is_some(),
        [byte, ..] => *byte != b'_' && (*byte < 0x80 || blank_len(after) > 0),
        [] => true,
    };
    ends.then(|| (half, text.len() - after.len()))
}
