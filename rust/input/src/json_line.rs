//! One line of JSON as applications write them: its moment, and its message.

use crate::json::{self, Kind, Stop};
use crate::layout::{Layout, Seen};
use crate::moment::{Clock, Fields};

/// Names under which applications write the moment, the likeliest first.
pub(crate) const USUAL_NAMES: &[&str] = &[
    "timestamp",
    "@timestamp",
    "time",
    "ts",
    "datetime",
    "date",
    "eventTime",
    "event_time",
    "@t",
    "t",
    "asctime",
    "created",
    "_time",
    "time_iso8601",
    "Timestamp",
    "Time",
];

/// Where the message of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// In the line, from here to there.
    Of(usize, usize),
    /// It had escapes, and was decoded.
    Decoded,
}

/// How lines of JSON become events.
#[derive(Clone, Debug)]
pub struct JsonLines {
    /// Of the moment: dotted paths, the first that a line has counts.
    timestamp: Vec<String>,
    /// Of the message; None: the whole line is.
    message: Option<String>,
    clock: Clock,
    /// What is told of all lines, where they are not looked at for it.
    told: Option<i64>,
    layouts: Vec<Layout>,
    /// The moment before, for the next one is nearly the same, and which of the layouts it was written in.
    seen: Seen,
    seen_in: usize,
    scratch: Vec<u8>,
    decoded: Vec<u8>,
    /// Where the values of the line are that was read last.
    found: Vec<Option<Span>>,
}

/// A value in the line: where it is.
type Span = (usize, usize);

impl JsonLines {
    /// Lines whose moment is at the first of these dotted paths that they have, and whose message is at the other, or
    /// the line itself.
    #[must_use]
    pub fn new(timestamp: Vec<String>, message: Option<String>, clock: Clock) -> Self {
        Self {
            timestamp,
            message,
            clock,
            told: None,
            layouts: Layout::of_values(),
            seen: Seen::default(),
            seen_in: 0,
            scratch: Vec::new(),
            decoded: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Tells the moment of the lines from here on; what they write of theirs does not count.
    pub(crate) fn tell(&mut self, timestamp: i64) {
        self.told = Some(timestamp);
    }

    pub(crate) fn decoded(&self) -> &[u8] {
        &self.decoded
    }

    /// Timestamp and message of a line; `Err` says why it has none.
    pub(crate) fn read(&mut self, line: &[u8]) -> Result<(i64, Message), String> {
        self.find(line)?;
        let timestamp = match self.told {
            Some(told) => told,
            None => self.written(line)?,
        };
        let message = &self.found[self.timestamp.len()..];
        let Some(field) = &self.message else { return Ok((timestamp, Message::Of(0, line.len()))) };
        let Some(&Some((start, end))) = message.first() else {
            return Err(format!("the line has no member {field}, which is to be its message"));
        };
        if line[start] != b'"' {
            return Ok((timestamp, Message::Of(start, end)));
        }
        match json::string(line, start, &mut self.decoded) {
            Ok((json::Str::Plain(start, end), _)) => Ok((timestamp, Message::Of(start, end))),
            _ => Ok((timestamp, Message::Decoded)),
        }
    }

    /// The moment that the line writes in which values were just found.
    fn written(&mut self, line: &[u8]) -> Result<i64, String> {
        let Some(&(start, end)) = self.found[..self.timestamp.len()].iter().flatten().next() else {
            let names = self.timestamp.join(", ");
            return Err(format!("the line has no timestamp: no member {names} (--timestamp-field names another)"));
        };
        let value = &line[start..end];
        let text = value.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
        if let Some(text) = text
            && let Some((ms, b"")) = self.layouts[self.seen_in].find_again_before(text, &self.seen)
        {
            return Ok(ms);
        }
        let found = moment_of(value, &self.layouts, &mut self.clock);
        if let (Some(text), Some(ms)) = (text, found)
            && let Some(index) = layout_of(text, &self.layouts)
        {
            self.layouts[index].remember(text, ms, &mut self.seen);
            self.seen_in = index;
        }
        found.ok_or_else(|| {
            format!("{} is no timestamp that can be told", String::from_utf8_lossy(&value[..value.len().min(60)]))
        })
    }

    /// Where the values of a line are: of the moment's paths, then of the message's.
    pub(crate) fn find(&mut self, line: &[u8]) -> Result<&[Option<Span>], String> {
        let start = json::after_space(line, 0);
        if line.get(start) != Some(&b'{') {
            return Err("the line is no JSON object".to_owned());
        }
        self.found.clear();
        self.found.resize(self.timestamp.len() + usize::from(self.message.is_some()), None);
        let paths = self.timestamp.iter().chain(&self.message).map(String::as_bytes).enumerate();
        // One path or two, as a rule: on the stack.
        let mut few: [(usize, &[u8]); 2] = [(0, b""); 2];
        let many: Vec<(usize, &[u8])>;
        let paths = if self.found.len() <= 2 {
            for (slot, path) in few.iter_mut().zip(paths) {
                *slot = path;
            }
            &few[..self.found.len()]
        } else {
            many = paths.collect();
            &many
        };
        let end = walk(line, start, paths, &mut self.found, &mut self.scratch).map_err(|stop| match stop {
            Stop::Incomplete => "the line ends before its JSON does".to_owned(),
            Stop::Fault(at, why) => format!("the line is no JSON: {why}, at byte {at} of it"),
        })?;
        if json::after_space(line, end) < line.len() {
            return Err("the line goes on behind its JSON object".to_owned());
        }
        Ok(&self.found)
    }
}

/// Walks over the object at `at`, and notes where the values at the paths are; the index behind it.
fn walk(
    line: &[u8],
    at: usize,
    paths: &[(usize, &[u8])],
    found: &mut [Option<Span>],
    scratch: &mut Vec<u8>,
) -> Result<usize, Stop> {
    let (mut at, mut byte) = json::token(line, at + 1)?;
    if byte == b'}' {
        return Ok(at + 1);
    }
    loop {
        let (name, value_at) = json::member(line, at, scratch)?;
        let name = name.bytes(line, scratch);
        let mut whole = None;
        let mut inside: Vec<(usize, &[u8])> = Vec::new();
        for &(index, path) in paths {
            if path == name {
                whole = whole.or(Some(index));
            } else if let Some(rest) = path.strip_prefix(name).and_then(|rest| rest.strip_prefix(b".")) {
                inside.push((index, rest));
            }
        }
        let end = if !inside.is_empty() && line[value_at] == b'{' {
            walk(line, value_at, &inside, found, scratch)?
        } else {
            json::value(line, value_at, scratch)?.1
        };
        if let Some(index) = whole {
            found[index].get_or_insert((value_at, end));
        }
        (at, byte) = json::token(line, end)?;
        match byte {
            b',' => at = json::token(line, at + 1)?.0,
            b'}' => return Ok(at + 1),
            _ => return Err(Stop::Fault(at, "no comma where one must be")),
        }
    }
}

/// Milliseconds of a value: a number, whose unit its size tells, or a string.
pub(crate) fn moment_of(value: &[u8], layouts: &[Layout], clock: &mut Clock) -> Option<i64> {
    if let Some(text) = value.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")) {
        return fields_of(text, layouts).and_then(|fields| clock.resolve(&fields));
    }
    let (kind, _) = json::number(&[value, b" "].concat(), 0).ok().filter(|_| !value.is_empty())?;
    let text = std::str::from_utf8(value).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if kind == Kind::Float && fraction.bytes().any(|byte| !byte.is_ascii_digit()) || whole.contains(['e', 'E']) {
        let value: f64 = text.parse().ok()?;
        // Exponents: their precision is that of a double anyway.
        #[allow(clippy::cast_possible_truncation)]
        return (0.0..1e11).contains(&value).then_some((value * 1000.0) as i64);
    }
    let whole: i64 = whole.parse().ok().filter(|&whole| whole >= 0)?;
    // The years 1973 to 5138, in each unit: no moment of the one is a moment of the other.
    Some(match whole {
        0..100_000_000_000 => {
            let thousandths =
                fraction.bytes().chain(*b"000").take(3).fold(0, |ms, digit| ms * 10 + i64::from(digit - b'0'));
            whole * 1000 + thousandths
        }
        100_000_000_000..100_000_000_000_000 => whole,
        100_000_000_000_000..100_000_000_000_000_000 => whole / 1000,
        _ => whole / 1_000_000,
    })
}

/// The moment that a text is, and nothing but that.
pub(crate) fn fields_of(text: &[u8], layouts: &[Layout]) -> Option<Fields> {
    layouts.iter().find_map(|layout| all_of(text, layout))
}

/// Which layout it is written in.
fn layout_of(text: &[u8], layouts: &[Layout]) -> Option<usize> {
    layouts.iter().position(|layout| all_of(text, layout).is_some())
}

fn all_of(text: &[u8], layout: &Layout) -> Option<Fields> {
    layout.find(text).filter(|(_, (_, end))| *end == text.len()).map(|(fields, _)| fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(timestamp: &[&str], message: Option<&str>) -> JsonLines {
        let names = timestamp.iter().map(|&name| name.to_owned()).collect();
        JsonLines::new(names, message.map(str::to_owned), Clock::new("UTC", None, 1_790_000_000_000).unwrap())
    }

    #[test]
    fn units_are_told_by_size() {
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
        ] {
            let line = format!("{{\"level\":\"info\",\"ts\":{value},\"n\":[1,{{}}]}}");
            let told = lines(&["ts"], None).read(line.as_bytes()).map(|found| found.0);
            if value.contains("Jul") {
                assert!(told.is_err(), "{value}"); // nothing but ISO 8601 and numbers stand in values
            } else {
                assert_eq!(told, Ok(same), "{value}");
            }
        }
        for value in ["null", "true", "-5", "\"soon\"", "{}", "\"2015-07-29T17:41:44Z and more\""] {
            assert!(lines(&["ts"], None).read(format!("{{\"ts\":{value}}}").as_bytes()).is_err(), "{value}");
        }
    }

    #[test]
    fn a_moment_is_read_the_same_whatever_came_before() {
        let values = [
            "\"2015-07-29T17:41:44.123Z\"",
            "\"2015-07-29T17:41:44Z\"",
            "\"2015-07-29T17:41:44.5\"",
            "1438191704",
            "\"2015-07-29T17:41:44.5+02:00\"",
            "\"2015-07-29 17:41:44 +0200\"",
            "\"2015-07-29T17:41:44.1Z and more\"",
            "\"2015/07/29 17:41:44\"",
            "\"2015/07/29 17:41:44.25\"",
            "\"\"",
            "\"1438191704\"",
            "\"2015-07-29T17:41:45Z\"",
        ];
        let line = |value: &str| format!("{{\"ts\":{value}}}").into_bytes();
        let alone = values.map(|value| lines(&["ts"], None).read(&line(value)));
        for (first, found) in values.iter().zip(&alone) {
            for (second, also) in values.iter().zip(&alone) {
                let mut lines = lines(&["ts"], None);
                assert_eq!(lines.read(&line(first)), *found, "{first}");
                assert_eq!(lines.read(&line(second)), *also, "{first} then {second}");
                assert_eq!(lines.read(&line(first)), *found, "{second} then {first}");
            }
        }
    }

    #[test]
    fn paths_and_messages() {
        let line =
            br#"{"a.b": 1, "log": {"time": 1438191704, "text": "q\"\u00e9", "n": {"x": [1, 2]}}, "m": "plain"}"#;
        let of = |timestamp: &str, message: &str| {
            let mut lines = lines(&[timestamp], Some(message));
            lines.read(line).map(|(ms, message)| match message {
                Message::Of(start, end) => (ms, String::from_utf8_lossy(&line[start..end]).into_owned()),
                Message::Decoded => (ms, String::from_utf8_lossy(lines.decoded()).into_owned()),
            })
        };
        assert_eq!(of("log.time", "log.text"), Ok((1_438_191_704_000, "q\"\u{e9}".to_owned())));
        assert_eq!(of("a.b", "m"), Ok((1000, "plain".to_owned())));
        assert_eq!(of("log.time", "log.n"), Ok((1_438_191_704_000, r#"{"x": [1, 2]}"#.to_owned())));
        assert!(of("log.time", "nothing").unwrap_err().contains("no member nothing"));
    }
}
