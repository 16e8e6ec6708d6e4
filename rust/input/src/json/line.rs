//! One line of JSON as applications write them: its moment, and its message.

use crate::json::fast_path::{Ahead, MAX_PATHS, Walk};
use crate::json::grammar::{self, Kind, Stop};
use crate::json::shape_cache::{Hold, Look, Outline};
use crate::json::structural_index::{First, Marks};
use crate::time::civil::{TimestampFields, TimestampResolver};
use crate::time::formats::{Seen, TimestampFormat};

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
pub(crate) enum Place {
    /// The line itself, which a JSON string has in so many bytes more; `None` where that is not told.
    Line { more_in_json: Option<u32> },
    /// In the line, from here to there.
    Of(usize, usize),
    /// It had escapes, and was decoded.
    Decoded,
}

/// How lines of JSON become events.
#[derive(Clone, Debug)]
pub struct JsonLines {
    /// Dotted, of the moment, of which the first that a line has counts; then that of the message, where it is another.
    paths: Vec<String>,
    /// How many of them are the moment's.
    of_moment: usize,
    /// Which of them is the message's, where the whole line is none.
    of_message: Option<usize>,
    clock: TimestampResolver,
    /// What is told of all lines, where they are not looked at for it.
    told: Option<i64>,
    layouts: Vec<TimestampFormat>,
    /// The moment before, for the next one is nearly the same, and which of the layouts it was written in.
    seen: Seen,
    seen_in: usize,
    marks: Marks,
    start: Ahead,
    outline: Outline,
    scratch: Vec<u8>,
    decoded: Vec<u8>,
    /// Where the values of the line are that was read last.
    found: Vec<Option<Span>>,
    /// They are where the outline has them: the next line of it writes the same ones again.
    found_by_outline: bool,
    /// Of a line that was looked at when its end was looked for: which it is, by its place in memory, and what was told.
    looked: Option<((usize, usize), Look)>,
    /// Of its message.
    place: Place,
    /// Of the line that was no event.
    why: String,
}

/// A value in the line: where it is.
pub(crate) type Span = (usize, usize);

impl JsonLines {
    /// Lines whose moment is at the first of these dotted paths that they have, and whose message is at the other, or
    /// the line itself.
    #[must_use]
    pub fn new(timestamp: Vec<String>, message: Option<String>, clock: TimestampResolver) -> Self {
        let of_moment = timestamp.len();
        let mut paths = timestamp;
        let of_message = message.map(|message| {
            let known = paths.iter().position(|path| *path == message);
            known.unwrap_or_else(|| {
                paths.push(message);
                of_moment
            })
        });
        Self {
            found: vec![None; paths.len()],
            found_by_outline: false,
            looked: None,
            start: Ahead::all(&paths),
            paths,
            of_moment,
            of_message,
            clock,
            told: None,
            layouts: TimestampFormat::of_values(),
            seen: Seen::default(),
            seen_in: 0,
            marks: Marks::default(),
            outline: Outline::default(),
            scratch: Vec::new(),
            decoded: Vec::new(),
            place: Place::Line { more_in_json: None },
            why: String::new(),
        }
    }

    /// Tells the moment of the lines from here on; what they write of theirs does not count.
    pub(crate) fn set_timestamp(&mut self, timestamp: i64) {
        self.told = Some(timestamp);
    }

    pub(crate) fn decoded(&self) -> &[u8] {
        &self.decoded
    }

    /// The timestamp of a line; `None` where it has none, or no message, and `why` says which.
    ///
    /// Two words, which come back in registers: what else there is to tell of a line is asked for.
    #[inline]
    pub(crate) fn read(&mut self, line: &[u8]) -> Option<i64> {
        if !self.find(line) {
            return None;
        }
        let timestamp = match self.told {
            Some(told) => told,
            None => self.written(line)?,
        };
        self.place = match self.of_message {
            None => Place::Line { more_in_json: self.marks.specials_of_plain() },
            Some(path) => self.member(line, path)?,
        };
        Some(timestamp)
    }

    /// Where the message is of the line that was read last.
    #[inline]
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// Why the line that was read last is no event.
    pub(crate) fn why(&mut self) -> String {
        std::mem::take(&mut self.why)
    }

    /// Where the member of a line lies that is its message.
    fn member(&mut self, line: &[u8], path: usize) -> Option<Place> {
        let Some((start, end)) = self.found[path] else {
            self.why = format!("the line has no member {}, which is to be its message", self.paths[path]);
            return None;
        };
        if line[start] != b'"' {
            return Some(Place::Of(start, end));
        }
        match grammar::string(line, start, &mut self.decoded) {
            Ok((grammar::Str::Plain(start, end), _)) => Some(Place::Of(start, end)),
            _ => Some(Place::Decoded),
        }
    }

    /// The moment that the line writes in which values were just found.
    #[inline]
    fn written(&mut self, line: &[u8]) -> Option<i64> {
        let Some(&(start, end)) = self.found[..self.of_moment].iter().flatten().next() else {
            let names = self.paths[..self.of_moment].join(", ");
            self.why = format!("the line has no timestamp: no member {names} (--timestamp-field names another)");
            return None;
        };
        let value = &line[start..end];
        let text = text_of(value);
        text.and_then(|text| self.seen.again(text)).or_else(|| self.written_otherwise(value, text))
    }

    /// Likewise, of the value of a moment that is not as the one before.
    #[inline(never)]
    fn written_otherwise(&mut self, value: &[u8], text: Option<&[u8]>) -> Option<i64> {
        if let Some(text) = text
            && let Some((ms, b"")) = self.layouts[self.seen_in].find_again_before(text, &self.seen)
        {
            return Some(ms);
        }
        let found = moment_of(value, &self.layouts, &mut self.clock);
        if let (Some(text), Some(ms)) = (text, found)
            && let Some(index) = layout_of(text, &self.layouts)
        {
            self.layouts[index].remember(text, ms, &mut self.seen);
            self.seen_in = index;
        }
        if found.is_none() {
            let value = String::from_utf8_lossy(&value[..value.len().min(60)]);
            self.why = format!("{value} is no timestamp that can be told");
        }
        found
    }

    /// Where the values of a line are that the paths lead to: `found` then. False where it is no JSON, and `why` says it.
    #[inline]
    fn find(&mut self, line: &[u8]) -> bool {
        let look = match self.looked.take() {
            Some((place, look)) if place == place_of(line) => look,
            _ => self.look_at(line),
        };
        match look {
            Look::Fits => true,
            Look::Other => self.find_by_walk(line),
            Look::Doubtful => self.find_slowly(line),
        }
    }

    #[inline(never)]
    fn look_at(&mut self, line: &[u8]) -> Look {
        let (marks, hold) = self.hold();
        let look = marks.read(line, hold);
        self.found_by_outline = look == Look::Fits;
        look
    }

    /// Where the line feed is that ends the line with which these bytes begin. That line is looked at on the way, where it
    /// does not end with the bytes.
    #[inline]
    pub(crate) fn end_of_line(&mut self, bytes: &[u8]) -> Option<usize> {
        let (marks, hold) = self.hold();
        let Some(First { line_feed, line, done: look }) = marks.read_first(bytes, hold) else {
            return self.end_otherwise(bytes);
        };
        self.found_by_outline = look == Look::Fits;
        self.looked = Some((place_of(line), look));
        Some(line_feed)
    }

    #[inline(never)]
    fn end_otherwise(&mut self, bytes: &[u8]) -> Option<usize> {
        self.looked = None;
        memchr::memchr(b'\n', bytes)
    }

    /// What looks at a line.
    #[inline]
    fn hold(&mut self) -> (&mut Marks, Hold<'_>) {
        let Self { marks, outline, found, found_by_outline, .. } = self;
        if !*found_by_outline {
            found.fill(None);
        }
        (marks, Hold { outline, found })
    }

    /// Of a line that is of a shape that was not seen, or is none.
    #[inline(never)]
    fn find_by_walk(&mut self, line: &[u8]) -> bool {
        let Self { marks, paths, found, .. } = self;
        let (quotes, escapes) = (marks.quotes(), marks.escapes());
        if paths.len() > MAX_PATHS || !(Walk { line, quotes, escapes, paths, found }.run(self.start)) {
            return self.find_slowly(line);
        }
        self.outline.may_learn(line, marks, found);
        true
    }

    /// The slow, obvious way, which knows what is wrong.
    #[cold]
    fn find_slowly(&mut self, line: &[u8]) -> bool {
        self.try_slowly(line).map_err(|why| self.why = why).is_ok()
    }

    fn try_slowly(&mut self, line: &[u8]) -> Result<(), String> {
        let start = grammar::after_space(line, 0);
        if line.get(start) != Some(&b'{') {
            return Err("the line is no JSON object".to_owned());
        }
        self.found.fill(None);
        let paths: Vec<(usize, &[u8])> = self.paths.iter().map(String::as_bytes).enumerate().collect();
        let end =
            walk_slowly(line, start, &paths, &mut self.found, &mut self.scratch).map_err(|stop| match stop {
                Stop::Incomplete => "the line ends before its JSON does".to_owned(),
                Stop::Fault(at, why) => format!("the line is no JSON: {why}, at byte {at} of it"),
            })?;
        if grammar::after_space(line, end) < line.len() {
            return Err("the line goes on behind its JSON object".to_owned());
        }
        Ok(())
    }

    /// Where the values of a line are that the paths lead to; `None` where it is no JSON object.
    pub(crate) fn values(&mut self, line: &[u8]) -> Option<&[Option<Span>]> {
        self.find(line).then_some(&self.found[..])
    }
}

/// Which line it is of those in memory, and nothing that could be read by.
fn place_of(line: &[u8]) -> (usize, usize) {
    (line.as_ptr().addr(), line.len())
}

/// What stands between the quotes of a string.
pub(crate) fn text_of(value: &[u8]) -> Option<&[u8]> {
    value.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""))
}

/// Walks over the object at `at`, and notes where the values at the paths are; the index behind it.
fn walk_slowly(
    line: &[u8],
    at: usize,
    paths: &[(usize, &[u8])],
    found: &mut [Option<Span>],
    scratch: &mut Vec<u8>,
) -> Result<usize, Stop> {
    let (mut at, mut byte) = grammar::token(line, at + 1)?;
    if byte == b'}' {
        return Ok(at + 1);
    }
    loop {
        let (name, value_at) = grammar::member(line, at, scratch)?;
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
            walk_slowly(line, value_at, &inside, found, scratch)?
        } else {
            grammar::value(line, value_at, scratch)?.1
        };
        if let Some(index) = whole {
            found[index].get_or_insert((value_at, end));
        }
        (at, byte) = grammar::token(line, end)?;
        match byte {
            b',' => at = grammar::token(line, at + 1)?.0,
            b'}' => return Ok(at + 1),
            _ => return Err(Stop::Fault(at, "no comma where one must be")),
        }
    }
}

/// Milliseconds of a value: a number, whose unit its size tells, or a string.
pub(crate) fn moment_of(value: &[u8], layouts: &[TimestampFormat], clock: &mut TimestampResolver) -> Option<i64> {
    if let Some(text) = text_of(value) {
        return fields_of(text, layouts).and_then(|fields| clock.resolve(&fields));
    }
    let (kind, _) = grammar::number(&[value, b" "].concat(), 0).ok().filter(|_| !value.is_empty())?;
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
pub(crate) fn fields_of(text: &[u8], layouts: &[TimestampFormat]) -> Option<TimestampFields> {
    layouts.iter().find_map(|layout| all_of(text, layout))
}

/// Which layout it is written in.
fn layout_of(text: &[u8], layouts: &[TimestampFormat]) -> Option<usize> {
    layouts.iter().position(|layout| all_of(text, layout).is_some())
}

fn all_of(text: &[u8], layout: &TimestampFormat) -> Option<TimestampFields> {
    layout.find(text).filter(|(_, (_, end))| *end == text.len()).map(|(fields, _)| fields)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(timestamp: &[&str], message: Option<&str>) -> JsonLines {
        let names = timestamp.iter().map(|&name| name.to_owned()).collect();
        JsonLines::new(
            names,
            message.map(str::to_owned),
            TimestampResolver::new("UTC", None, 1_790_000_000_000).unwrap(),
        )
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
            let told = lines(&["ts"], None).read(line.as_bytes());
            if value.contains("Jul") {
                assert_eq!(told, None, "{value}"); // nothing but ISO 8601 and numbers stand in values
            } else {
                assert_eq!(told, Some(same), "{value}");
            }
        }
        for value in ["null", "true", "-5", "\"soon\"", "{}", "\"2015-07-29T17:41:44Z and more\""] {
            assert!(lines(&["ts"], None).read(format!("{{\"ts\":{value}}}").as_bytes()).is_none(), "{value}");
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

    /// What the slow, obvious way makes of a line.
    fn slowly(paths: &[&str], line: &[u8]) -> Option<Vec<Option<Span>>> {
        let mut lines = lines(paths, None);
        lines.find_slowly(line).then(|| lines.found.clone())
    }

    fn values() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            "[a-z\"\\\\\n\u{e9} ]{0,70}".prop_map(Into::into),
        ];
        leaf.prop_recursive(3, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                prop::collection::hash_map("[abt.]{1,3}", inner, 0..4)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_fast_way_finds_what_the_slow_one_does(
            shapes in prop::collection::vec(prop::collection::hash_map("[abt.]{1,3}", values(), 0..6), 1..4),
            escaped_names: bool,
            order in prop::collection::vec(any::<prop::sample::Index>(), 1..50),
            changes in prop::collection::vec(prop::option::weighted(0.3, (any::<prop::sample::Index>(),
                prop_oneof![prop::sample::select(&b"\"\\{}[]:,0 .-et\t"[..]), any::<u8>()])), 50),
        ) {
            let paths = ["t", "a.b", "a", "b.a.t", "a.b"];
            let mut fast = lines(&paths, None);
            let texts: Vec<String> = shapes
                .iter()
                .map(|shape| serde_json::to_string(&shape.iter().collect::<std::collections::BTreeMap<_, _>>()).unwrap())
                .collect();
            for (shape, change) in order.iter().zip(&changes) {
                let text = shape.get(&texts);
                let mut line = if escaped_names { text.replace("\"a", "\"\\u0061") } else { text.clone() }.into_bytes();
                if let Some((at, byte)) = change {
                    let at = at.index(line.len());
                    line[at] = *byte;
                }
                let found = fast.find(&line).then(|| fast.found.clone());
                prop_assert_eq!(found, slowly(&paths, &line), "{}", line.escape_ascii());
            }
        }
    }

    #[test]
    fn lines_of_one_shape_are_walked_over_once() {
        let mut lines = lines(&["ts"], None);
        for second in 0..60 {
            let line = format!("{{\"level\": \"info\", \"ts\": {}, \"n\": -1.5e3}}", 1_438_191_704 + second);
            assert_eq!(lines.look_at(line.as_bytes()) == Look::Fits, second > 0);
            assert_eq!(lines.read(line.as_bytes()), Some((1_438_191_704 + second) * 1000));
        }
    }

    #[test]
    fn an_outline_that_seldom_fits_is_forgotten_and_learned_again_later() {
        let mut lines = lines(&["ts"], None);
        let read = |lines: &mut JsonLines, name: &str| {
            let line = format!("{{\"{name}\":\"x\",\"ts\":1438191704}}");
            lines.found.fill(None);
            let fitted = lines.look_at(line.as_bytes()) == Look::Fits;
            assert_eq!(lines.found[0].is_some(), fitted);
            assert_eq!(lines.read(line.as_bytes()), Some(1_438_191_704_000));
            fitted
        };
        for i in 0..100 {
            read(&mut lines, &format!("n{i}"));
        }
        assert!(!read(&mut lines, "n99"), "nothing is held where each line has another shape");
        let fitted = (0..1000).filter(|_| read(&mut lines, "same")).count();
        assert!(fitted > 800, "{fitted}");
        assert!(!read(&mut lines, "other") && read(&mut lines, "same"), "one other line is no reason to forget");
    }

    #[test]
    fn paths_and_messages() {
        let line =
            br#"{"a.b": 1, "log": {"time": 1438191704, "text": "q\"\u00e9", "n": {"x": [1, 2]}}, "m": "plain"}"#;
        let of = |timestamp: &str, message: &str| {
            let mut lines = lines(&[timestamp], Some(message));
            let told = lines.read(line);
            match (told, lines.place()) {
                (Some(ms), &Place::Of(start, end)) => {
                    Ok((ms, String::from_utf8_lossy(&line[start..end]).into_owned()))
                }
                (Some(ms), Place::Decoded) => Ok((ms, String::from_utf8_lossy(lines.decoded()).into_owned())),
                _ => Err(lines.why()),
            }
        };
        assert_eq!(of("log.time", "log.text"), Ok((1_438_191_704_000, "q\"\u{e9}".to_owned())));
        assert_eq!(of("a.b", "m"), Ok((1000, "plain".to_owned())));
        assert_eq!(of("log.time", "log.n"), Ok((1_438_191_704_000, r#"{"x": [1, 2]}"#.to_owned())));
        assert_eq!(of("log.time", "log.time"), Ok((1_438_191_704_000, "1438191704".to_owned())), "twice the same");
        let log = r#"{"time": 1438191704, "text": "q\"\u00e9", "n": {"x": [1, 2]}}"#;
        assert_eq!(of("log.time", "log"), Ok((1_438_191_704_000, log.to_owned())), "the one within the other");
        assert!(of("log.time", "nothing").unwrap_err().contains("no member nothing"));
    }
}
