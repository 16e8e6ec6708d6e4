//! Lines into events: what applications write to their logs, as text or as JSON.

use bytes::Bytes;
use cordwood_core::{RejectedPayload, Rejection, Text, escaped_len_of_ascii};

use crate::json::line::{JsonLines, MessagePlace};
use crate::lines::{Line, LineAt, Lines};
use crate::read_documents::{MAX_EVENT_INPUT_BYTES, Step};
use crate::text_line::{Meaning, TextLines};

/// Bytes that an event of several lines may have; a line that would make it longer begins another, of the same moment.
const MAX_JOINED_BYTES: usize = 1_048_550;

/// How lines become events.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one for each file, and asked for with each line")]
pub enum LineFormat {
    /// Lines of which some begin an event, and the others continue it.
    Text(TextLines),
    /// Each line is a JSON object.
    Json(JsonLines),
}

/// An event of text that may go on.
#[derive(Clone, Copy, Debug)]
struct Open {
    offset: u64,
    timestamp: i64,
    /// Where its only line lies among those that were fed last; `None` once its text was copied.
    line: Option<LineAt>,
}

/// Reads the lines of one file, in whatever pieces they come.
#[derive(Debug)]
pub struct LineEvents {
    lines: Lines,
    format: LineFormat,
    open: Option<Open>,
    /// Of the open event.
    message: Vec<u8>,
    /// Of the event that was handed out last.
    done: Vec<u8>,
    /// Empty lines since the open event's last one.
    blank: u64,
    skipped: u64,
    current: Current,
    /// What was found, and `next_counted` has left to `next`.
    left: Option<Found>,
    /// What is no event, and is told next: perhaps only after the event before it.
    next: Option<(u64, Rejection)>,
    /// The beginning of what was no event, where that is kept.
    rejected: Option<Vec<u8>>,
}

/// What the lines turned out to be; the rest is in `LineEvents`.
///
/// Small, and each part of an event a word by itself: as one value that is returned and matched on it would be written in
/// words and read again in vectors, for which the processor waits until the words have left its queue of stores. That was a
/// sixth of the whole way from JSON lines to bodies.
#[derive(Clone, Copy, Debug)]
enum Found {
    /// The `current` one.
    Event,
    /// What is told `next`.
    NoEvent,
    NeedInput,
    End,
}

/// An event whose message is ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedEvent<'a> {
    /// Where in the input it begins.
    pub offset: u64,
    /// Milliseconds since 1970.
    pub timestamp: i64,
    /// Its text.
    pub message: &'a [u8],
    /// Of that, as [`cordwood_core::escaped_len`] tells it.
    pub escaped_len: u32,
}

/// The event that was found last.
#[derive(Clone, Copy, Debug, Default)]
struct Current {
    offset: u64,
    timestamp: i64,
    message: Message,
    /// Where that is, in whatever holds it.
    from: usize,
    to: usize,
    /// Its bytes in a JSON string, where it is ASCII and somebody has counted them; else 0.
    escaped_len: u32,
}

impl Current {
    /// The event that a line is by itself, which lies there and was just read.
    #[inline]
    fn tell(&mut self, offset: u64, timestamp: i64, json: &JsonLines, line: LineAt) {
        (self.offset, self.timestamp) = (offset, timestamp);
        self.lie_at(line);
        match json.place() {
            MessagePlace::Line { more_in_json: Some(more) } => {
                self.escaped_len = u32::try_from(line.to - line.from).map_or(0, |len| len + more);
            }
            MessagePlace::Line { more_in_json: None } => {}
            MessagePlace::Range(from, to) => (self.from, self.to) = (line.from + from, line.from + to),
            MessagePlace::Decoded => {
                self.message = Message::Decoded;
                (self.from, self.to) = (0, json.decoded().len());
            }
        }
    }

    /// Its message is this line.
    #[inline]
    fn lie_at(&mut self, line: LineAt) {
        self.message = if line.is_joined { Message::JoinedLine } else { Message::Line };
        (self.from, self.to, self.escaped_len) = (line.from, line.to, 0);
    }
}

/// What holds a message.
#[derive(Clone, Copy, Debug, Default)]
enum Message {
    /// What was fed last.
    #[default]
    Line,
    /// Two chunks did.
    JoinedLine,
    /// `done`: it has several lines.
    Lines,
    /// The format's own.
    Decoded,
}

impl LineEvents {
    /// A reader at the start of a file.
    #[must_use]
    pub fn new(format: LineFormat) -> Self {
        Self {
            lines: Lines::default(),
            format,
            open: None,
            message: Vec::new(),
            done: Vec::new(),
            blank: 0,
            skipped: 0,
            current: Current::default(),
            left: None,
            next: None,
            rejected: None,
        }
    }

    /// From now on what is no event is kept, so that [`Self::rejected_payload`] can tell it.
    pub fn keep_rejected(&mut self) {
        self.rejected = Some(Vec::new());
    }

    /// The text of what `next` just told to be no event; `None` unless it is kept.
    #[must_use]
    pub fn rejected_payload(&self) -> Option<RejectedPayload> {
        self.rejected.as_ref().map(|line| RejectedPayload::from_input(line, false))
    }

    /// Tells the moment of the events that begin from here on, where lines are not looked at for theirs.
    pub fn set_timestamp(&mut self, timestamp: i64) {
        self.format.set_timestamp(timestamp);
    }

    /// Takes the next bytes. Messages lie in them, but for those of several lines, of lines that began in bytes before, and
    /// those that were written with escapes.
    pub fn feed(&mut self, bytes: Bytes) {
        debug_assert!(self.left.is_none(), "what was left to `next` is told before there is more");
        self.copy_open();
        self.lines.feed(bytes);
    }

    /// There are no more bytes.
    pub fn finish(&mut self) {
        self.lines.finish();
    }

    /// Empty lines that belong to no event.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Offset before which everything was handed out.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.open.as_ref().map_or_else(|| self.lines.position(), |open| open.offset)
    }

    /// The event that might go on, as it stands: whoever waits for its next line for long may take it.
    pub fn take_open(&mut self) -> Option<Step<'_>> {
        debug_assert!(self.left.is_none(), "likewise");
        self.close().then(|| self.event())
    }

    /// What comes next.
    #[inline]
    #[allow(clippy::should_implement_trait)] // what it returns borrows from it
    pub fn next(&mut self) -> Step<'_> {
        if let Some(Found::Event) = self.left {
            // It would have been told there if it were ASCII.
            self.left = None;
            let Current { offset, timestamp, .. } = self.current;
            return Step::Event { offset, timestamp, message: Text::Utf8(self.message()) };
        }
        match self.left.take().unwrap_or_else(|| self.find()) {
            Found::Event => self.event(),
            Found::NoEvent => self.no_event(),
            Found::NeedInput => Step::NeedInput,
            Found::End => Step::End,
        }
    }

    /// What comes next, where that is an event of ASCII, as nearly all are; else `next` tells it.
    ///
    /// (Of scalars, which stay in registers, for the same reason as `Found`.)
    #[inline]
    pub fn next_counted(&mut self) -> Option<CountedEvent<'_>> {
        if self.left.is_some() {
            return None;
        }
        let found = self.find();
        if let Found::Event = found
            && let Some(escaped_len) = self.escaped_len()
        {
            let Current { offset, timestamp, .. } = self.current;
            return Some(CountedEvent { offset, timestamp, message: self.message(), escaped_len });
        }
        self.left = Some(found);
        None
    }

    #[inline]
    fn event(&self) -> Step<'_> {
        let message = match self.escaped_len() {
            None => Text::Utf8(self.message()),
            Some(escaped_len) => Text::AsciiCounted { bytes: self.message(), escaped_len },
        };
        Step::Event { offset: self.current.offset, timestamp: self.current.timestamp, message }
    }

    /// Of the current event.
    #[inline]
    fn message(&self) -> &[u8] {
        let held = match self.current.message {
            Message::Line => self.lines.held(false),
            Message::JoinedLine => self.lines.held(true),
            Message::Lines => &self.done,
            Message::Decoded => self.format.scratch(),
        };
        &held[self.current.from..self.current.to]
    }

    /// Bytes of the current event's message in a JSON string, where it is ASCII.
    #[inline]
    fn escaped_len(&self) -> Option<u32> {
        match self.current.escaped_len {
            0 => escaped_len_of_ascii(self.message()),
            escaped_len => Some(escaped_len),
        }
    }

    #[cold]
    fn no_event(&mut self) -> Step<'_> {
        let (offset, rejection) = self.next.take().expect("find has put it there");
        Step::NotAnEvent { offset, rejection }
    }

    /// Copies the text of an open event of one line, before that goes, or another line comes to it. Nearly all events
    /// have one line, and are never copied.
    fn copy_open(&mut self) {
        if let Some(open) = &mut self.open
            && let Some(line) = open.line.take()
        {
            self.message.clear();
            self.message.extend_from_slice(&self.lines.held(line.is_joined)[line.from..line.to]);
        }
    }

    /// Closes the open event, which is the current one then; false where none is open.
    #[inline]
    fn close(&mut self) -> bool {
        let Some(open) = self.open.take() else { return false };
        self.skipped += std::mem::take(&mut self.blank);
        (self.current.offset, self.current.timestamp) = (open.offset, open.timestamp);
        if let Some(line) = open.line {
            self.current.lie_at(line);
        } else {
            std::mem::swap(&mut self.message, &mut self.done);
            self.current.message = Message::Lines;
            (self.current.from, self.current.to, self.current.escaped_len) = (0, self.done.len(), 0);
        }
        true
    }

    fn find(&mut self) -> Found {
        if self.next.is_some() {
            return Found::NoEvent;
        }
        loop {
            let line = match &mut self.format {
                LineFormat::Json(json) => self.lines.next(|bytes| json.end_of_line(bytes)),
                LineFormat::Text(_) => self.lines.next(|bytes| memchr::memchr(b'\n', bytes)),
            };
            match line {
                Line::NeedInput => return Found::NeedInput,
                Line::End => return if self.close() { Found::Event } else { Found::End },
                Line::TooLong { offset } => return self.too_long(offset),
                Line::Whole { bytes, .. } if is_blank(bytes) => match self.open {
                    Some(_) => self.blank += 1,
                    None => self.skipped += 1,
                },
                Line::Whole { offset, bytes } => match &mut self.format {
                    LineFormat::Json(json) => {
                        if let Some(timestamp) = json.read(bytes) {
                            self.current.tell(offset, timestamp, json, self.lines.last_at());
                            return Found::Event;
                        }
                        return self.reject_json(offset);
                    }
                    LineFormat::Text(text) => match text.read(bytes) {
                        Meaning::Begins(timestamp) => {
                            if self.begin(offset, timestamp) {
                                return Found::Event;
                            }
                        }
                        Meaning::Continues if self.open.is_some() => {
                            if self.go_on(offset) {
                                return Found::Event;
                            }
                        }
                        Meaning::Continues => {
                            return self.reject_line(offset, Rejection::Malformed(NOTHING_TO_CONTINUE.into()));
                        }
                        Meaning::NotAnEvent(rejection) => return self.reject_line(offset, rejection),
                    },
                },
            }
        }
    }

    /// The line there had more bytes than are held.
    #[cold]
    #[inline(never)]
    fn too_long(&mut self, offset: u64) -> Found {
        if let Some(line) = &mut self.rejected {
            line.clear();
        }
        let limit = MAX_EVENT_INPUT_BYTES as u64;
        self.told_after_the_open_one(offset, Rejection::TooLongToRead { limit })
    }

    /// The last line of JSON is not an event.
    #[cold]
    #[inline(never)]
    fn reject_json(&mut self, offset: u64) -> Found {
        let LineFormat::Json(json) = &mut self.format else { unreachable!("it was read as JSON") };
        let rejection = json.take_rejection();
        self.reject_line(offset, rejection)
    }

    /// The last line is not an event.
    #[cold]
    #[inline(never)]
    fn reject_line(&mut self, offset: u64, rejection: Rejection) -> Found {
        if let Some(line) = &mut self.rejected {
            keep(self.lines.last(), line);
        }
        self.told_after_the_open_one(offset, rejection)
    }

    /// Begins an event with the line that was read last; whether there was one before, which is closed.
    #[inline]
    fn begin(&mut self, offset: u64, timestamp: i64) -> bool {
        let closed = self.close();
        self.open = Some(Open { offset, timestamp, line: Some(self.lines.last_at()) });
        closed
    }

    /// Goes on with the open event; where the line that was read last would make it too long, that begins another of
    /// the same moment, and the one before is closed: whether it was.
    #[inline(never)]
    fn go_on(&mut self, offset: u64) -> bool {
        self.copy_open();
        let joined = self.message.len() as u64 + self.blank + 1 + self.lines.last().len() as u64;
        if joined > MAX_JOINED_BYTES as u64
            && let Some(open) = self.open
        {
            return self.begin(offset, open.timestamp);
        }
        for _ in 0..=std::mem::take(&mut self.blank) {
            self.message.push(b'\n');
        }
        self.message.extend_from_slice(self.lines.last());
        false
    }

    fn told_after_the_open_one(&mut self, offset: u64, rejection: Rejection) -> Found {
        self.next = Some((offset, rejection));
        if self.close() { Found::Event } else { Found::NoEvent }
    }
}

/// Whether there is nothing but white space; of nearly all lines the first byte tells.
#[inline]
fn is_blank(line: &[u8]) -> bool {
    line.first().is_none_or(u8::is_ascii_whitespace) && line.trim_ascii_start().is_empty()
}

const NOTHING_TO_CONTINUE: &str =
    "the line has no timestamp, and there is no event before it that it could continue";
fn keep(bytes: &[u8], line: &mut Vec<u8>) {
    line.clear();
    line.extend_from_slice(bytes);
}

impl LineFormat {
    #[inline]
    fn scratch(&self) -> &[u8] {
        match self {
            Self::Json(json) => json.decoded(),
            Self::Text(_) => &[],
        }
    }

    /// Tells the moment of the events that begin from here on, where lines are not looked at for theirs.
    pub fn set_timestamp(&mut self, timestamp: i64) {
        match self {
            Self::Json(json) => json.set_timestamp(timestamp),
            Self::Text(text) => text.set_timestamp(timestamp),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::bytes::Regex;

    use super::*;
    use crate::text_line::{BEGINS_WITHOUT, NOTHING_BEFORE, Untimed};
    use crate::time::civil::TimestampResolver;
    use crate::time::formats::TimestampFormat;

    fn text() -> LineFormat {
        LineFormat::Text(lines_of_text())
    }

    fn lines_of_text() -> TextLines {
        TextLines::new(TimestampFormat::known(), TimestampResolver::new("UTC", None, 1_790_000_000_000).unwrap())
    }

    fn json() -> LineFormat {
        let clock = TimestampResolver::new("UTC", None, 1_790_000_000_000).unwrap();
        LineFormat::Json(JsonLines::new(vec!["ts".into()], None, clock))
    }

    type Told = (u64, Result<(i64, Vec<u8>), String>);

    fn read(format: LineFormat, bytes: &[u8], chunk: usize) -> (Vec<Told>, u64) {
        let mut events = LineEvents::new(format);
        let mut told = Vec::new();
        let mut drain = |events: &mut LineEvents| {
            loop {
                // Counted ones or not, as it comes: what is told is the same.
                if told.len() % 3 > 0
                    && let Some(CountedEvent { offset, timestamp, message, escaped_len }) = events.next_counted()
                {
                    assert_eq!(escaped_len as usize, cordwood_core::escaped_len(message));
                    assert!(message.is_ascii());
                    told.push((offset, Ok((timestamp, message.to_vec()))));
                    continue;
                }
                match events.next() {
                    Step::Event { offset, timestamp, message } => {
                        if let Text::AsciiCounted { bytes, escaped_len } = message {
                            assert_eq!(escaped_len as usize, cordwood_core::escaped_len(bytes));
                        }
                        let (Text::Ascii(bytes) | Text::AsciiCounted { bytes, .. } | Text::Utf8(bytes)) = message
                        else {
                            panic!("{message:?}")
                        };
                        told.push((offset, Ok((timestamp, bytes.to_vec()))));
                    }
                    Step::NotAnEvent { offset, rejection } => told.push((offset, Err(rejection.to_string()))),
                    Step::NeedInput | Step::End => break,
                    other => panic!("{other:?}"),
                }
            }
        };
        for (i, piece) in bytes.chunks(chunk).enumerate() {
            events.feed(Bytes::copy_from_slice(piece));
            // Now and then more is fed before what was fed is used up.
            if i % 3 > 0 {
                drain(&mut events);
            }
        }
        events.finish();
        drain(&mut events);
        (told, events.skipped())
    }

    /// The obvious one: all lines at once.
    fn naive(bytes: &[u8]) -> Vec<(u64, i64, Vec<u8>)> {
        let mut found: Vec<(u64, i64, Vec<u8>)> = Vec::new();
        let mut clock = TimestampResolver::new("UTC", None, 1_790_000_000_000).unwrap();
        let mut offset = 0;
        let mut blank = 0;
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            let line = piece.strip_suffix(b"\n").map_or(piece, |line| line.strip_suffix(b"\r").unwrap_or(line));
            let moment = TimestampFormat::known().iter().find_map(|layout| clock.resolve(&layout.find(line)?.0));
            if line.trim_ascii().is_empty() {
                blank += 1;
            } else if let Some(ms) = moment {
                found.push((offset, ms, line.to_vec()));
                blank = 0;
            } else if let Some((_, _, message)) = found.last_mut() {
                message.extend(std::iter::repeat_n(b'\n', blank + 1));
                message.extend(line);
                blank = 0;
            }
            offset += piece.len() as u64;
        }
        found
    }

    proptest! {
        #[test]
        fn lines_in_any_pieces_are_those_of_the_whole(
            lines in prop::collection::vec(prop::sample::select(vec![
                "2015-07-29 17:41:44 one", "2015-07-29T17:41:45Z two \u{e9}", "    at Main.java:3", "", "\t", "Caused by: x",
                "2015-07-29 17:41:46,123 three\0",
            ]), 0..12),
            ends in prop::collection::vec(prop::bool::ANY, 12),
            unended in prop::bool::ANY,
            chunk in 1..40_usize,
        ) {
            let mut bytes = Vec::new();
            for (line, crlf) in lines.iter().zip(&ends) {
                bytes.extend(line.as_bytes());
                bytes.extend(if *crlf { &b"\r\n"[..] } else { b"\n" });
            }
            if unended {
                bytes.pop();
            }
            let (told, _) = read(text(), &bytes, chunk);
            let events: Vec<_> = told.into_iter().filter_map(|(at, event)| event.ok().map(|(ms, message)| (at, ms, message))).collect();
            // A carriage return at the very end is part of the last line: no line end follows it.
            prop_assert_eq!(events, naive(&bytes));
        }

        #[test]
        fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400), chunk in 1..50_usize) {
            read(text(), &bytes, chunk);
            read(json(), &bytes, chunk);
        }
    }

    #[test]
    fn lines_before_the_first_event_are_told() {
        let (told, skipped) = read(text(), b"\nlost\n2015-07-29 17:41:44 found\n\n", 7);
        assert_eq!(told.len(), 2);
        assert_eq!(told[0], (1, Err(NOTHING_TO_CONTINUE.to_owned())));
        assert_eq!(told[1].0, 6);
        assert_eq!(skipped, 2);
    }

    fn messages(format: LineFormat, bytes: &[u8]) -> Vec<Result<(i64, String), String>> {
        let (told, _) = read(format, bytes, 5);
        told.into_iter()
            .map(|(_, event)| event.map(|(ms, message)| (ms, String::from_utf8(message).unwrap())))
            .collect()
    }

    #[test]
    fn where_a_pattern_says_that_events_begin() {
        let lines = LineFormat::Text(lines_of_text().beginning(Some(Regex::new("^>").unwrap())));
        let told = messages(lines, b"> 2015-07-29 17:41:44 a\n2015-07-29 17:41:45 b\n> no time\nlost\n");
        assert_eq!(
            told,
            [
                Ok((1_438_191_704_000, "> 2015-07-29 17:41:44 a\n2015-07-29 17:41:45 b".to_owned())),
                Err(BEGINS_WITHOUT.to_owned()),
                Err(NOTHING_TO_CONTINUE.to_owned()),
            ]
        );
    }

    #[test]
    fn lines_without_a_moment_may_be_events() {
        let before = LineFormat::Text(lines_of_text().untimed(Untimed::AsBefore));
        let told = messages(before, b"lost\n2015-07-29 17:41:44 a\nb\n\nc");
        let at = 1_438_191_704_000;
        assert_eq!(
            told,
            [
                Err(NOTHING_BEFORE.to_owned()),
                Ok((at, "2015-07-29 17:41:44 a".to_owned())),
                Ok((at, "b".to_owned())),
                Ok((at, "c".to_owned())),
            ]
        );
        let mut given = LineFormat::Text(lines_of_text().untimed(Untimed::Given));
        given.set_timestamp(17);
        assert_eq!(
            messages(given, b"a\n2015-07-29 17:41:44 b\n"),
            [Ok((17, "a".to_owned())), Ok((17, "2015-07-29 17:41:44 b".to_owned()))]
        );
    }

    #[test]
    fn a_line_beyond_what_is_held_is_passed_over_in_bounded_memory() {
        let mut events = LineEvents::new(text());
        events.feed(Bytes::from_static(b"2015-07-29 17:41:44 first\n"));
        let chunk = Bytes::from(vec![b'x'; 1 << 20]);
        let mut told = Vec::new();
        for _ in 0..40 {
            events.feed(chunk.clone());
            while let step @ (Step::Event { .. } | Step::NotAnEvent { .. }) = events.next() {
                told.push(format!("{step:?}"));
            }
            assert!(events.lines.held_bytes() <= MAX_EVENT_INPUT_BYTES + chunk.len());
        }
        events.feed(Bytes::from_static(b"\n2015-07-29 17:41:45 second\n"));
        events.finish();
        while let step @ (Step::Event { .. } | Step::NotAnEvent { .. }) = events.next() {
            told.push(format!("{step:?}"));
        }
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told[1].contains("TooLongToRead"), "{told:?}");
    }

    #[test]
    fn an_event_of_many_lines_is_bounded() {
        let mut bytes = b"2015-07-29 17:41:44 first".to_vec();
        for _ in 0..30_000 {
            bytes.extend(b"\n    at com.example.Main.method(Main.java:1234567890)");
        }
        let (told, _) = read(text(), &bytes, 65_536);
        assert_eq!(told.len(), 2);
        let lengths: Vec<_> = told.iter().map(|(_, event)| event.as_ref().unwrap().1.len()).collect();
        assert!(lengths.iter().all(|&length| length <= MAX_JOINED_BYTES));
        assert_eq!(told[0].1.as_ref().unwrap().0, told[1].1.as_ref().unwrap().0);
    }

    #[test]
    fn json_lines() {
        let (told, _) =
            read(json(), b"{\"ts\": 1438191704, \"m\": \"x\"}\nnonsense\n{\"ts\":\"2015-07-29T17:41:44.5Z\"}", 9);
        assert_eq!(told[0], (0, Ok((1_438_191_704_000, b"{\"ts\": 1438191704, \"m\": \"x\"}".to_vec()))));
        assert!(told[1].1.is_err());
        assert_eq!(told[2].1.as_ref().unwrap().0, 1_438_191_704_500);
    }
}
