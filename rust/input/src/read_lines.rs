//! Lines into events: what applications write to their logs, as text or as JSON.

mod found_event;
mod lines_read;

use bytes::Bytes;
use cordwood_core::{RejectedPayload, Rejection, Remedy, Text, escaped_len_of_ascii};

use crate::header_lines::HeaderLines;
use crate::line_format::LineFormat;
use crate::lines::{Line, LineEnd, LineRange, LineSplitter};
use crate::payload::PayloadBuffer;
use crate::step::{MAX_EVENT_INPUT_BYTES, Step};
use crate::text_line::LineMeaning;
use found_event::{FoundEvent, MessageHolder};
pub use lines_read::LinesRead;

/// An event of text that may go on.
#[derive(Clone, Copy, Debug)]
struct Open {
    offset: u64,
    timestamp: i64,
    /// The range of its only line in the last chunk; `None` once its text was copied.
    line: Option<LineRange>,
}

/// Reads the lines of one file, in whatever pieces they come.
#[derive(Debug)]
pub struct LineEvents {
    lines: LineSplitter,
    end: LineEnd,
    format: LineFormat,
    headers: HeaderLines,
    open: Option<Open>,
    /// Instead of an open event.
    refused: Option<Refused>,
    /// The lines of the open event, joined.
    joining: Vec<u8>,
    /// The lines of the last event, joined.
    joined: Vec<u8>,
    /// Blank lines since the last line of the open event.
    blank: u64,
    skipped: u64,
    /// Lines that are not blank; those of them that continue another.
    all: u64,
    continuing: u64,
    /// The first line that begins with a time in another layout.
    first_other: Option<(u64, Vec<u8>)>,
    current: FoundEvent,
    /// What was found, and `next_counted` has left to `next`.
    left: Option<Found>,
    /// What is not an event, to be returned next, perhaps only after the event before it.
    rejected: Option<(u64, Rejection)>,
    rejected_next: Option<RejectedNext>,
    /// Of what is not an event.
    payload: PayloadBuffer,
}

/// What the lines turned out to be; the rest is in `LineEvents`. (Small, as `FoundEvent` explains.)
#[derive(Clone, Copy, Debug)]
enum Found {
    /// The `current` one.
    Event,
    /// The `rejected` item.
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
    /// Its [`cordwood_core::escaped_len`].
    pub escaped_len: u32,
}

impl LineEvents {
    /// A reader at the start of a file.
    #[must_use]
    pub fn new(format: LineFormat) -> Self {
        Self {
            lines: LineSplitter::default(),
            headers: HeaderLines::default(),
            end: LineEnd::default(),
            format,
            open: None,
            refused: None,
            joining: Vec::new(),
            joined: Vec::new(),
            blank: 0,
            skipped: 0,
            all: 0,
            continuing: 0,
            first_other: None,
            current: FoundEvent::default(),
            left: None,
            rejected: None,
            rejected_next: None,
            payload: PayloadBuffer::default(),
        }
    }

    /// The same, of lines that end so.
    #[must_use]
    pub fn ending(self, end: LineEnd) -> Self {
        Self { lines: LineSplitter::new(end), end, ..self }
    }

    /// The same; lines that are headers are skipped.
    #[must_use]
    pub fn skipping(self, headers: HeaderLines) -> Self {
        Self { headers, ..self }
    }

    /// How many lines were what so far.
    #[must_use]
    pub fn lines_read(&self) -> LinesRead {
        LinesRead {
            all: self.all,
            header: self.headers.skipped(),
            other_layouts: self.format.other_layouts(),
            continuing: self.continuing,
            ambiguous_times: self.format.ambiguous_times(),
        }
    }

    /// The first refused line that begins with a time in another layout, and its offset.
    #[must_use]
    pub fn first_in_another_layout(&self) -> Option<(u64, &[u8])> {
        self.first_other.as_ref().map(|(offset, line)| (*offset, &line[..]))
    }

    /// Keeps what is not an event from now on, for [`Self::rejected_payload`].
    pub fn keep_rejected(&mut self) {
        self.payload.enable();
    }

    /// The text of what `next` just returned as not an event; `None` unless it is kept.
    #[must_use]
    pub fn rejected_payload(&self) -> Option<RejectedPayload> {
        self.payload.get()
    }

    /// Sets the timestamp of the events that begin from here on, if lines are not searched for theirs.
    pub fn set_timestamp(&mut self, timestamp: i64) {
        self.format.set_timestamp(timestamp);
    }

    /// Takes the next bytes. Messages stay in them, except those of several lines, of lines that began in bytes before, and
    /// those that were written with escapes.
    pub fn feed(&mut self, bytes: Bytes) {
        debug_assert!(self.left.is_none(), "what was left to `next` is taken before more is fed");
        self.copy_open();
        self.lines.feed(bytes);
    }

    /// There are no more bytes.
    pub fn finish(&mut self) {
        self.lines.finish();
    }

    /// Blank lines that belong to no event, and headers.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The offset before which everything was returned.
    #[must_use]
    pub fn position(&self) -> u64 {
        let open = self.open.as_ref().map(|open| open.offset);
        let begun = open.or_else(|| self.refused.as_ref().map(|refused| refused.offset));
        begun.unwrap_or_else(|| self.lines.position())
    }

    /// The event that might go on, as it is: a caller that waits long for its next line may take it.
    pub fn take_open(&mut self) -> Option<Step<'_>> {
        debug_assert!(self.left.is_none(), "as in `feed`");
        self.close().then(|| self.event())
    }

    /// What comes next.
    #[inline]
    #[allow(clippy::should_implement_trait)] // what it returns borrows from it
    pub fn next(&mut self) -> Step<'_> {
        if let Some(Found::Event) = self.left {
            // `next_counted` would have returned it if it were ASCII.
            self.left = None;
            let FoundEvent { offset, timestamp, .. } = self.current;
            return Step::Event { offset, timestamp, message: Text::Utf8(self.message()) };
        }
        match self.left.take().unwrap_or_else(|| self.find()) {
            Found::Event => self.event(),
            Found::NoEvent => self.take_rejected(),
            Found::NeedInput => Step::NeedInput,
            Found::End => Step::End,
        }
    }

    /// What comes next, if that is an event of ASCII, as nearly all are; else `next` returns it.
    ///
    /// (Of scalars, which stay in registers, for the same reason as `FoundEvent`.)
    #[inline]
    pub fn next_counted(&mut self) -> Option<CountedEvent<'_>> {
        if self.left.is_some() {
            return None;
        }
        let found = self.find();
        if let Found::Event = found
            && let Some(escaped_len) = self.escaped_len()
        {
            let FoundEvent { offset, timestamp, .. } = self.current;
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

    /// The message of the current event.
    #[inline]
    fn message(&self) -> &[u8] {
        let held = match self.current.holder {
            MessageHolder::Line => self.lines.held(false),
            MessageHolder::JoinedLine => self.lines.held(true),
            MessageHolder::Lines => &self.joined,
            MessageHolder::Decoded => self.format.decoded(),
        };
        &held[self.current.from..self.current.to]
    }

    /// The length of the current event's message in a JSON string, if it is ASCII.
    #[inline]
    fn escaped_len(&self) -> Option<u32> {
        match self.current.escaped_len {
            0 => escaped_len_of_ascii(self.message()),
            escaped_len => Some(escaped_len),
        }
    }

    #[cold]
    fn take_rejected(&mut self) -> Step<'_> {
        let (offset, rejection) = self.rejected.take().expect("`find` has put it there");
        Step::NotAnEvent { offset, rejection }
    }

    /// Copies the text of an open event of one line, before its chunk is dropped or another line is added. Nearly all
    /// events have one line, and are never copied.
    fn copy_open(&mut self) {
        if let Some(open) = &mut self.open
            && let Some(line) = open.line.take()
        {
            self.joining.clear();
            self.joining.extend_from_slice(&self.lines.held(line.is_joined)[line.from..line.to]);
        }
    }

    /// Closes the open event, which becomes the current one; false if none is open.
    #[inline]
    fn close(&mut self) -> bool {
        let Some(open) = self.open.take() else { return false };
        self.skipped += std::mem::take(&mut self.blank);
        (self.current.offset, self.current.timestamp) = (open.offset, open.timestamp);
        if let Some(line) = open.line {
            self.current.set_message(line);
        } else {
            std::mem::swap(&mut self.joining, &mut self.joined);
            self.current.holder = MessageHolder::Lines;
            (self.current.from, self.current.to, self.current.escaped_len) = (0, self.joined.len(), 0);
        }
        true
    }

    fn find(&mut self) -> Found {
        if self.rejected.is_some() {
            return Found::NoEvent;
        }
        if self.rejected_next.is_some() {
            return self.reject_next();
        }
        loop {
            let line = match &mut self.format {
                LineFormat::Json(json) if self.end == LineEnd::LineFeed => {
                    self.lines.next(|bytes| json.end_of_line(bytes))
                }
                _ => {
                    let end = self.end.byte();
                    self.lines.next(|bytes| memchr::memchr(end, bytes))
                }
            };
            match line {
                Line::NeedInput => return Found::NeedInput,
                Line::End => return self.end_event().unwrap_or(Found::End),
                Line::TooLong { offset } => return self.too_long(offset),
                Line::Whole { bytes, .. } if is_blank(bytes) => {
                    if self.open.is_some() || self.refused.is_some() {
                        self.blank += 1;
                    } else {
                        self.skipped += 1;
                    }
                }
                Line::Whole { bytes, .. }
                    if bytes.first() == Some(&b'#')
                        && !self.format.must_begin_at(bytes)
                        && self.headers.is_directive(bytes) =>
                {
                    self.all += 1;
                    self.skipped += 1;
                }
                Line::Whole { offset, bytes } => match &mut self.format {
                    LineFormat::Json(json) => {
                        self.all += 1;
                        if let Some(timestamp) = json.read(bytes) {
                            self.current.set(offset, timestamp, json, self.lines.last_at());
                            return Found::Event;
                        }
                        if let Some(found) = self.reject_json(offset) {
                            return found;
                        }
                    }
                    LineFormat::Text(text) => {
                        self.all += 1;
                        let found = match text.read(bytes) {
                            Some(timestamp) => self.begin(offset, timestamp),
                            None => self.take_untimed(offset),
                        };
                        if let Some(found) = found {
                            return found;
                        }
                    }
                },
            }
        }
    }

    /// Whether an event has begun so far.
    fn has_begun(&self) -> bool {
        self.open.is_some() || self.current.to > 0
    }

    /// Ends the open event, or what is refused: what was found.
    #[inline]
    fn end_event(&mut self) -> Option<Found> {
        if self.close() { Some(Found::Event) } else { self.end_refused() }
    }

    /// Begins an event with the last line; what was found, if there was something before.
    #[inline]
    fn begin(&mut self, offset: u64, timestamp: i64) -> Option<Found> {
        let before = self.end_event();
        self.open = Some(Open { offset, timestamp, line: Some(self.lines.last_at()) });
        before
    }
}

/// Whether there is nothing but white space; for nearly all lines the first byte decides.
#[inline]
fn is_blank(line: &[u8]) -> bool {
    line.first().is_none_or(u8::is_ascii_whitespace) && line.trim_ascii_start().is_empty()
}

/// Bytes that an event of several lines may have; a line that would make it longer begins another, with the same timestamp.
const MAX_JOINED_BYTES: usize = 1_048_550;

/// Bytes of a line that are shown.
const MAX_EXAMPLE_BYTES: usize = 512;

const NOTHING_BEFORE: &str = "the line has no timestamp, and there is no event before it that has one";
const NOTHING_TO_CONTINUE: &str =
    "the line has no timestamp, and there is no event before it that it could continue";

/// What begins an event and has no timestamp that can be read. Its lines, joined, are in `joining`: no event is open.
#[derive(Debug)]
struct Refused {
    offset: u64,
    rejection: Rejection,
    /// A line that continues it may have the timestamp.
    awaits: bool,
}

/// What is returned after what is returned now.
#[derive(Debug)]
struct RejectedNext {
    offset: u64,
    rejection: Rejection,
    text: Vec<u8>,
}

impl LineEvents {
    /// Whether what was read last is refused, whatever lines follow; it is returned when it has ended.
    pub(crate) fn holds_refused(&self) -> bool {
        self.refused.as_ref().is_some_and(|refused| !refused.awaits)
    }

    /// Takes the last line, which has no timestamp; what was found, if that is complete.
    #[inline(never)]
    fn take_untimed(&mut self, offset: u64) -> Option<Found> {
        let LineFormat::Text(text) = &mut self.format else { return None };
        let meaning = text.untimed(self.lines.last());
        let malformed = |reason: &str| Rejection::Malformed(reason.into());
        let after_an_event = self.has_begun();
        match meaning {
            LineMeaning::Continues | LineMeaning::AsBefore(_)
                if self.headers.is_one(self.lines.last(), after_an_event) =>
            {
                self.skipped += 1;
                None
            }
            LineMeaning::Begins(timestamp) | LineMeaning::AsBefore(Some(timestamp)) => {
                self.begin(offset, timestamp)
            }
            LineMeaning::AsBefore(None) => Some(self.reject_line(offset, malformed(NOTHING_BEFORE))),
            LineMeaning::Continues if self.open.is_some() => self.go_on(offset),
            LineMeaning::Continues if self.refused.is_some() => {
                self.go_on_with_refused();
                None
            }
            LineMeaning::Continues => Some(self.reject_line(offset, malformed(NOTHING_TO_CONTINUE))),
            LineMeaning::Refused(rejection) => self.refuse(Refused { offset, rejection, awaits: false }),
            LineMeaning::Awaits(rejection) => self.refuse(Refused { offset, rejection, awaits: true }),
        }
    }

    /// Begins with the last line what is not an event, so that the lines that continue it are not added to another.
    fn refuse(&mut self, refused: Refused) -> Option<Found> {
        let before = self.end_event();
        if refused.rejection.remedy() == Some(Remedy::OtherLayouts) && self.first_other.is_none() {
            let line = self.lines.last();
            self.first_other = Some((refused.offset, line[..line.len().min(MAX_EXAMPLE_BYTES)].to_vec()));
        }
        self.refused = Some(refused);
        self.joining.clear();
        self.joining.extend_from_slice(self.lines.last());
        before
    }

    /// Adds the last line to what is refused. If that waits for a timestamp, and the line has it, it is an event.
    fn go_on_with_refused(&mut self) {
        self.continuing += 1;
        let has_room = self.add_to_joining();
        let Some(refused) = &mut self.refused else { return };
        refused.awaits &= has_room;
        if refused.awaits
            && let LineFormat::Text(text) = &mut self.format
            && let Some(timestamp) = text.late_timestamp(self.lines.last())
        {
            match timestamp {
                Ok(timestamp) => {
                    self.open = Some(Open { offset: refused.offset, timestamp, line: None });
                    self.refused = None;
                }
                Err(rejection) => (refused.rejection, refused.awaits) = (rejection, false),
            }
        }
    }

    /// Joins the last line with those before it, unless they get too long.
    fn add_to_joining(&mut self) -> bool {
        let joined = self.joining.len() as u64 + self.blank + 1 + self.lines.last().len() as u64;
        if joined > MAX_JOINED_BYTES as u64 {
            return false;
        }
        for _ in 0..=std::mem::take(&mut self.blank) {
            self.joining.push(b'\n');
        }
        self.joining.extend_from_slice(self.lines.last());
        true
    }

    #[inline(never)]
    fn end_refused(&mut self) -> Option<Found> {
        let Refused { offset, rejection, .. } = self.refused.take()?;
        self.skipped += std::mem::take(&mut self.blank);
        self.payload.clear();
        self.payload.append(&self.joining);
        self.rejected = Some((offset, rejection));
        Some(Found::NoEvent)
    }

    #[cold]
    fn reject_next(&mut self) -> Found {
        if let Some(RejectedNext { offset, rejection, text }) = self.rejected_next.take() {
            self.payload.clear();
            self.payload.append(&text);
            self.rejected = Some((offset, rejection));
        }
        Found::NoEvent
    }

    /// The line has more bytes than are held in memory.
    #[cold]
    #[inline(never)]
    fn too_long(&mut self, offset: u64) -> Found {
        let limit = MAX_EVENT_INPUT_BYTES as u64;
        self.reject(offset, Rejection::TooLongToRead { limit }, false)
    }

    /// The last line of JSON is not an event, unless it is a header.
    #[cold]
    #[inline(never)]
    fn reject_json(&mut self, offset: u64) -> Option<Found> {
        let after_an_event = self.has_begun();
        let LineFormat::Json(json) = &mut self.format else { unreachable!("it was read as JSON") };
        let rejection = json.take_rejection();
        if self.headers.is_one(self.lines.last(), after_an_event) {
            self.skipped += 1;
            return None;
        }
        Some(self.reject_line(offset, rejection))
    }

    /// The last line is not an event.
    #[cold]
    #[inline(never)]
    fn reject_line(&mut self, offset: u64, rejection: Rejection) -> Found {
        self.reject(offset, rejection, true)
    }

    /// Returns what is not an event, after what is open; perhaps with the text of the last line.
    fn reject(&mut self, offset: u64, rejection: Rejection, has_text: bool) -> Found {
        let before = self.end_event();
        if let Some(Found::NoEvent) = before {
            let text = if has_text { self.lines.last().to_vec() } else { Vec::new() };
            self.rejected_next = Some(RejectedNext { offset, rejection, text });
            return Found::NoEvent;
        }
        self.payload.clear();
        if has_text {
            self.payload.append(self.lines.last());
        }
        self.rejected = Some((offset, rejection));
        before.unwrap_or(Found::NoEvent)
    }

    /// Adds the last line to the open event. If that would make it too long, the line begins another one with the same
    /// timestamp, and the one before is closed and found.
    fn go_on(&mut self, offset: u64) -> Option<Found> {
        self.continuing += 1;
        self.copy_open();
        if self.add_to_joining() {
            return None;
        }
        self.open.and_then(|open| self.begin(offset, open.timestamp))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::step::MAX_EVENT_INPUT_BYTES;
    use crate::text_line::TextLines;
    use crate::time::civil::TimestampResolver;
    use crate::time::formats::TimestampFormat;

    #[test]
    fn a_line_that_is_too_long_is_skipped_in_bounded_memory() {
        let lines =
            TextLines::new(TimestampFormat::from_strftime("%Y-%m-%d %H:%M:%S").unwrap(), TimestampResolver::utc());
        let mut events = LineEvents::new(LineFormat::Text(lines));
        events.feed(Bytes::from_static(b"2015-07-29 17:41:44 first\n"));
        let chunk = Bytes::from(vec![b'x'; 1 << 20]);
        let mut found = Vec::new();
        for _ in 0..40 {
            events.feed(chunk.clone());
            while let step @ (Step::Event { .. } | Step::NotAnEvent { .. }) = events.next() {
                found.push(format!("{step:?}"));
            }
            assert!(events.lines.held_bytes() <= MAX_EVENT_INPUT_BYTES + chunk.len());
        }
        events.feed(Bytes::from_static(b"\n2015-07-29 17:41:45 second\n"));
        events.finish();
        while let step @ (Step::Event { .. } | Step::NotAnEvent { .. }) = events.next() {
            found.push(format!("{step:?}"));
        }
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[1].contains("TooLongToRead"), "{found:?}");
    }
}
