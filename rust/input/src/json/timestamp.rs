//! The timestamp that a JSON value is: a number, whose unit its size shows, or a string.

use std::borrow::Cow;

use crate::json::tokens::{self, Str, ValueKind, number};
use crate::time::LastTimestamp;
use crate::time::civil::TimestampResolver;
use crate::time::error::TimeError;
use crate::time::fields::FormatItem;
use crate::time::formats::TimestampFormat;
use crate::time::places::Place;

/// Reads the timestamps of the values that lines have, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct ValueTimestamps {
    formats: Vec<TimestampFormat>,
    resolver: TimestampResolver,
    /// The timestamp before, because the next one is nearly the same, and the format it was written in.
    last: LastTimestamp,
    last_format: usize,
    /// Why the last value is no timestamp, if it is written as one.
    error: Option<TimeError>,
}

impl ValueTimestamps {
    /// Of values that are numbers, or texts in one of these formats.
    pub(crate) fn new(mut formats: Vec<TimestampFormat>, resolver: TimestampResolver) -> Self {
        formats.push(TimestampFormat::new(vec![FormatItem::Epoch], Place::Whole));
        Self { formats, resolver, last: LastTimestamp::default(), last_format: 0, error: None }
    }

    /// Milliseconds since 1970 of a value; `None` if it is not a timestamp.
    #[inline]
    pub(crate) fn read(&mut self, value: &[u8]) -> Option<i64> {
        let text = text_of(value);
        text.and_then(|text| self.last.again(text)).or_else(|| self.read_another(value, text))
    }

    /// The same, for a value that is not as the one before.
    #[inline(never)]
    fn read_another(&mut self, value: &[u8], text: Option<&[u8]>) -> Option<i64> {
        self.error = None;
        let Some(text) = text else { return number_ms(value) };
        if let Some(ms) = self.formats[self.last_format].find_again(text, &mut self.last) {
            return Some(ms);
        }
        let text = decoded_text(value)?;
        let (index, (fields, range)) =
            self.formats.iter().enumerate().find_map(|(index, format)| Some((index, format.find(&text)?)))?;
        match self.resolver.resolve(&fields) {
            Ok(ms) => {
                // In a repeated hour, the same text may mean another time later on.
                if self.resolver.is_in_repeated_hour() {
                    self.last.forget();
                } else {
                    self.formats[index].remember(&text, range, ms, &mut self.last);
                }
                self.last_format = index;
                Some(ms)
            }
            Err(error) => {
                self.error = Some(error);
                None
            }
        }
    }

    /// See [`TimestampResolver::ambiguous_times`].
    pub(crate) fn ambiguous_times(&self) -> u64 {
        self.resolver.ambiguous_times()
    }

    /// Why the last value is no timestamp, if it is written as one.
    pub(crate) fn error(&self) -> Option<TimeError> {
        self.error
    }
}

/// What is between the quotes of a string, as it is written.
fn text_of(value: &[u8]) -> Option<&[u8]> {
    value.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""))
}

/// The text that a string is, without its escapes; `None` if it is no string.
pub(crate) fn decoded_text(value: &[u8]) -> Option<Cow<'_, [u8]>> {
    let text = text_of(value)?;
    if !text.contains(&b'\\') {
        return Some(Cow::Borrowed(text));
    }
    let mut decoded = Vec::new();
    match tokens::string(value, 0, &mut decoded).ok()?.0 {
        Str::InPlace(from, to) => Some(Cow::Borrowed(&value[from..to])),
        Str::Decoded => Some(Cow::Owned(decoded)),
    }
}

/// Milliseconds since 1970 of a number: seconds, or the unit that its size shows. `None` if it cannot be a time.
///
/// Below the third of March 1973 numbers are durations, and sizes: no log is that old.
pub(crate) fn number_ms(value: &[u8]) -> Option<i64> {
    let (kind, _) = number(&[value, b" "].concat(), 0).ok().filter(|_| !value.is_empty())?;
    let text = std::str::from_utf8(value).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if kind == ValueKind::Float && fraction.bytes().any(|byte| !byte.is_ascii_digit())
        || whole.contains(['e', 'E'])
    {
        let value: f64 = text.parse().ok()?;
        // Exponents: their precision is that of a double anyway.
        #[allow(clippy::cast_possible_truncation)]
        return (1e8..1e11).contains(&value).then_some((value * 1000.0) as i64);
    }
    let whole: i64 = whole.parse().ok().filter(|&whole| whole >= 0)?;
    // The years 1973 to 5138 in each unit: no timestamp in one unit is a timestamp in another.
    Some(match whole {
        0..100_000_000 => return None,
        100_000_000..100_000_000_000 => {
            let thousandths =
                fraction.bytes().chain(*b"000").take(3).fold(0, |ms, digit| ms * 10 + i64::from(digit - b'0'));
            whole * 1000 + thousandths
        }
        100_000_000_000..100_000_000_000_000 => whole,
        100_000_000_000_000..100_000_000_000_000_000 => whole / 1000,
        _ => whole / 1_000_000,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timestamps() -> ValueTimestamps {
        let formats = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S,%f", "%d/%b/%Y:%H:%M:%S %z"];
        let formats = formats.map(|format| TimestampFormat::of_values(format).unwrap());
        ValueTimestamps::new(formats.to_vec(), TimestampResolver::new("UTC", None, 1_790_000_000_000).unwrap())
    }

    #[test]
    fn the_size_of_a_number_shows_its_unit() {
        let same = 1_438_191_704_123;
        for value in [
            "1438191704.123",
            "1438191704123",
            "1438191704123456",
            "1438191704123456789",
            "\"2015-07-29T17:41:44.123Z\"",
            "\"1438191704123\"",
            "\"2015-07-29 17:41:44,123\"",
            "\"2015-07-29T19:41:44.123+02:00\"",
            "\"29/Jul/2015:17:41:44.123 +0000\"",
            r#""2015-07-29T19:41:44.123\u002B02:00""#,
            r#""29\/Jul\/2015:17:41:44.123 +0000""#,
        ] {
            assert_eq!(timestamps().read(value.as_bytes()), Some(same), "{value}");
        }
        for value in [
            "null",
            "true",
            "-5",
            "0.123",
            "1.5",
            "99999999",
            "\"soon\"",
            "{}",
            "\"2015-07-29T17:41:44Z and more\"",
            "\"2015-07-29T17:41:44 PM\"",
        ] {
            assert_eq!(timestamps().read(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn a_timestamp_is_read_the_same_whatever_came_before() {
        let values = [
            "\"2015-07-29T17:41:44.123Z\"",
            "\"2015-07-29T17:41:44Z\"",
            "\"2015-07-29T17:41:44.5\"",
            "1438191704",
            "\"2015-07-29T17:41:44.5+02:00\"",
            "\"2015-07-29 17:41:44 +0200\"",
            "\"2015-07-29T17:41:44.1Z and more\"",
            "\"2015-07-29 17:41:44,250\"",
            "\"2015-07-29 17:41:44,5\"",
            "\"\"",
            "\"1438191704\"",
            "\"2015-07-29T17:41:45Z\"",
        ]
        .map(str::as_bytes);
        let alone = values.map(|value| timestamps().read(value));
        for (first, found) in values.iter().zip(&alone) {
            for (second, also) in values.iter().zip(&alone) {
                let mut timestamps = timestamps();
                for (value, expected) in [(first, found), (second, also), (first, found)] {
                    let shown = value.escape_ascii();
                    assert_eq!(timestamps.read(value), *expected, "{shown} of {first:?} and {second:?}");
                }
            }
        }
    }
}
