//! The fields of a timestamp, and how each is written and read.

use crate::time::names::Weekdays;
use crate::time::zones::WrittenZone;

/// A timestamp as a line has it; what it leaves out is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimestampFields {
    /// Of four digits.
    pub year: Option<i32>,
    /// 1 to 12.
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
    /// As it is written.
    pub zone: WrittenZone,
    /// The weekdays that the written name may mean.
    pub weekdays: Weekdays,
    /// The timestamp itself, for logs that write a count since 1970; then nothing else counts.
    pub epoch_ms: Option<i64>,
}

/// One item of a timestamp format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormatItem {
    /// This byte.
    Byte(u8),
    /// One or more blanks.
    Space,
    /// What separates date and time: `T`, a blank, `_`.
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
    /// `.` or `,` and up to nine digits; optional.
    Fraction,
    /// Up to nine digits.
    FractionDigits,
    Weekday,
    /// A zone: `Z`, `UTC`, `GMT`, or hours and minutes from UTC.
    Zone,
    /// An optional zone, perhaps after a blank.
    MayZone,
    /// A count since 1970: of seconds with a fraction, or of the unit that its length shows.
    Epoch,
}

use FormatItem::{
    AmPm, Byte, DateTimeBreak, Day, Epoch, Fraction, FractionDigits, Hour, Hour12, MayZone, Minute, Month2,
    MonthName, Second, Space, Weekday, Year2, Year4, Zone,
};

/// What a letter of `strftime` stands for; `None` if it is not supported.
pub(crate) fn items_of_letter(letter: u8) -> Option<Vec<FormatItem>> {
    let of = |letters: &[u8]| letters.iter().map(|&letter| items_of_letter(letter)).collect::<Option<Vec<_>>>();
    let joined = |letters: &[u8], between: FormatItem| of(letters).map(|items| items.join(&between));
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

/// Reads the fields of a timestamp from a line.
pub(crate) struct FieldReader<'a> {
    pub(crate) line: &'a [u8],
    pub(crate) at: usize,
    pub(crate) fields: TimestampFields,
}

impl FieldReader<'_> {
    #[inline]
    pub(crate) fn take(&mut self, item: FormatItem) -> Option<()> {
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
        let found = NAMES.iter().position(|name| word.len() >= 3 && name.starts_with(&word))?;
        self.fields.weekdays = Weekdays::only(u32::try_from(found).ok()?);
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
            self.fields.zone = WrittenZone::Offset(0);
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
                self.fields.zone = WrittenZone::Offset(sign * east);
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
