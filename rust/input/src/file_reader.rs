//! Files, one after the other and in chunks, into batches.
//!
//! Here is decided which events are skipped, which an earlier run has settled, which position an event has, and from where
//! on a later run must read again. The time at which a chunk was read is the caller's to say: no clock is read.

mod parser;

use std::collections::VecDeque;
use std::fmt;

use bytes::Bytes;
use cordwood_core::{
    Admission, Batch, Counts, Limits, OnReject, Rejected, RejectedPayload, Rejection, Remedy, ResumeSet,
    StreamBatcher, Text,
};

use crate::event_filter::EventFilter;
use crate::json::event::Extra;
use crate::line_rules::LineRules;
use crate::read_lines::{CountedEvent, LinesRead};
use crate::step::Step;
use parser::Parser;

/// What becomes of the events of all files.
#[derive(Debug, Default)]
pub struct FileReaderOptions {
    /// The rules that an event must meet.
    pub admission: Admission,
    /// Whether what a rejected event held is kept with it.
    pub keep_rejected: bool,
    /// For members of an event document's objects that a log event does not have.
    pub extra: Extra,
    /// Events that it does not accept are skipped.
    pub filter: EventFilter,
    /// Events that an earlier run has settled: they are counted and not batched.
    pub resume: ResumeSet,
    /// Milliseconds that are added to all timestamps, after the filter has seen them.
    pub shift_ms: i64,
}

/// Reads files one after the other, each in whatever chunks it comes, through one window of open batches.
#[derive(Debug)]
pub struct FileReader {
    parser: Parser,
    sink: Sink,
    limits: Limits,
    extra: Extra,
    /// How the lines of the file become events; `None` of an event document.
    rules: Option<LineRules>,
    /// Whether the events of the file have the time at which they are read.
    needs_time: bool,
    /// Position of the file's start, and how much of it came.
    base: u64,
    fed: u64,
    /// Lines of earlier files that belong to no event.
    blank_lines: u64,
    /// Lines of earlier files.
    lines_read: LinesRead,
    /// Positions of refused lines of the file that begin with a time in another layout, from `held_from` on.
    others: VecDeque<u64>,
    /// Position of the first thing that is rejected only because its file ends there: if the file grows, it may be an event.
    cut_off: Option<u64>,
    damaged: bool,
}

/// How many events became what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileCounts {
    /// Of all events that were not skipped.
    pub events: Counts,
    /// In batches that were taken.
    pub batched: u64,
    /// Events that the filter does not accept, and blank lines that belong to no event.
    pub skipped: u64,
}

/// Why reading stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// The file is not an event document; these are its first characters.
    NotADocument(String),
    /// An event that may not be left out.
    Rejected(Rejected),
    /// Too many lines begin with a time in another layout than those that the file is read in. A later run reads them again,
    /// as far as nothing after them has left.
    OtherLayouts {
        /// Position of the first of them.
        position: u64,
        /// How many there are so far.
        lines: u64,
        /// How the first of them begins.
        example: Vec<u8>,
    },
}

/// Why no file can start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartError {
    /// The file before is not finished.
    Unfinished,
    /// Positions only grow, and the file before ends behind this one.
    PositionTooLow {
        /// Where the file was to start.
        position: u64,
        /// Where the one before ends.
        end: u64,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfinished => f.write_str("a file is being read; finish it first"),
            Self::PositionTooLow { position, end } => {
                write!(f, "position is {position}; the file before ends at {end}, and positions only grow")
            }
        }
    }
}

impl std::error::Error for StartError {}

impl FileReader {
    /// A reader at the start of an event document, at position 0.
    #[must_use]
    pub fn new(options: FileReaderOptions) -> Self {
        let FileReaderOptions { admission, keep_rejected, extra, filter, resume, shift_ms } = options;
        let mut stream = StreamBatcher::new(admission, OnReject::Collect);
        if keep_rejected {
            stream.accounting_mut().keep_rejected();
        }
        Self {
            parser: Parser::new(None, extra, keep_rejected),
            sink: Sink { stream, filter, resume, shift_ms, filtered: 0, newest: None },
            limits: admission.limits,
            extra,
            rules: None,
            needs_time: false,
            base: 0,
            fed: 0,
            blank_lines: 0,
            lines_read: LinesRead::default(),
            others: VecDeque::new(),
            cut_off: None,
            damaged: false,
        }
    }

    /// Starts the next file, at this position: lines with rules, or without them an event document. The timestamp is that
    /// of all its events, if its rules take it from the caller; without one each event has the time at which it is read.
    pub fn start_file(
        &mut self,
        position: u64,
        rules: Option<&LineRules>,
        timestamp: Option<i64>,
    ) -> Result<(), StartError> {
        if self.fed > 0 {
            return Err(StartError::Unfinished);
        }
        if position < self.base {
            return Err(StartError::PositionTooLow { position, end: self.base });
        }
        self.base = position;
        let given = rules.is_some_and(LineRules::takes_timestamp);
        self.needs_time = given && timestamp.is_none();
        self.rules = rules.cloned();
        self.new_parser();
        if given && let Some(timestamp) = timestamp {
            self.parser.set_timestamp(timestamp);
        }
        Ok(())
    }

    /// Reads the next bytes of the file, which were got at `now`, in milliseconds since 1970.
    pub fn feed(&mut self, chunk: Bytes, now: i64) -> Result<(), ReadError> {
        self.fed += chunk.len() as u64;
        if self.needs_time {
            self.parser.set_timestamp(now);
        }
        self.parser.feed(chunk, &mut self.sink.stream);
        self.read()
    }

    /// Ends the file. The next one starts behind it, and is read the same way, unless [`Self::start_file`] says otherwise.
    pub fn finish_file(&mut self) -> Result<(), ReadError> {
        let rest = self.base + self.parser.position();
        let rejected_before = self.sink.rejected() + u64::from(self.parser.holds_refused());
        self.parser.finish();
        let read = self.read();
        if self.sink.rejected() > rejected_before {
            self.cut_off.get_or_insert(rest);
        }
        self.base += std::mem::take(&mut self.fed);
        self.new_parser();
        read
    }

    /// Closes all open batches; the event of lines that might go on is taken as it stands.
    pub fn flush(&mut self) -> Result<(), ReadError> {
        let taken = match self.parser.take_open() {
            Some(Step::Event { offset, timestamp, message }) => {
                self.sink.take(self.base + offset, timestamp, message)
            }
            _ => Ok(()),
        };
        self.sink.stream.close_all();
        taken
    }

    /// Takes the batches that closed.
    pub fn take_closed(&mut self) -> Vec<Batch> {
        let closed = std::iter::from_fn(|| self.sink.stream.take_closed());
        closed.map(|batch| Batch::of_closed(batch, &self.limits)).collect()
    }

    /// Takes the rejected events; the counts keep them.
    pub fn take_rejected(&mut self) -> Vec<Rejected> {
        self.sink.stream.accounting_mut().take_rejected()
    }

    /// How many events became what so far.
    #[must_use]
    pub fn counts(&self) -> FileCounts {
        FileCounts {
            events: self.sink.stream.accounting().counts(),
            batched: self.sink.stream.batched_events(),
            skipped: self.sink.filtered + self.blank_lines + self.parser.blank_lines(),
        }
    }

    /// How many lines of all files were what so far.
    #[must_use]
    pub fn lines_read(&self) -> LinesRead {
        let mut all = self.lines_read;
        all += self.parser.lines_read();
        all
    }

    /// Whether a part of a file could not be read. It is among the rejected too.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.damaged
    }

    /// Position before which all legal events were taken in batches, or were settled before: a later run reads from here.
    ///
    /// It does not go past what was rejected only because its file ended there.
    #[must_use]
    pub fn held_from(&self) -> u64 {
        let next = self.base + self.parser.position();
        self.cut_off.into_iter().chain(self.sink.stream.held_from()).fold(next, u64::min)
    }

    /// The latest timestamp of the events that were not skipped, as it is written.
    #[must_use]
    pub fn newest_timestamp(&self) -> Option<i64> {
        self.sink.newest
    }

    /// Reads what was fed.
    fn read(&mut self) -> Result<(), ReadError> {
        // What the caller may know of.
        let held_from = self.held_from();
        while let Some(position) = self.read_on()? {
            self.refused_in_another_layout(position, held_from)?;
        }
        Ok(())
    }

    /// Reads what was fed, up to a line that is refused because it begins with a time in another layout: its position.
    fn read_on(&mut self) -> Result<Option<u64>, ReadError> {
        let Self { parser, sink, base, .. } = self;
        loop {
            if let Parser::Lines(lines) = parser {
                while let Some(event) = lines.next_counted() {
                    sink.take_counted(*base + event.offset, event)?;
                }
            }
            match parser.next() {
                Step::Event { offset, timestamp, message } => sink.take(*base + offset, timestamp, message)?,
                Step::NotAnEvent { offset, rejection } => {
                    let is_in_another_layout = rejection.remedy() == Some(Remedy::OtherLayouts);
                    sink.reject(*base + offset, rejection, parser.rejected_payload())?;
                    if is_in_another_layout {
                        return Ok(Some(*base + offset));
                    }
                }
                Step::Damage { offset, rejection } => {
                    self.damaged = true;
                    sink.reject(*base + offset, rejection, parser.rejected_payload())?;
                }
                Step::NotADocument(start) => return Err(ReadError::NotADocument(start)),
                Step::NeedInput | Step::End => return Ok(None),
            }
        }
    }

    /// Notes a refused line that begins with a time in another layout. If there are too many, a later run reads them again,
    /// as far as `held_from` has not passed them.
    #[cold]
    fn refused_in_another_layout(&mut self, position: u64, held_from: u64) -> Result<(), ReadError> {
        self.others.push_back(position);
        while self.others.pop_front_if(|position| *position < held_from).is_some() {}
        let lines = self.parser.lines_read();
        match self.parser.first_in_another_layout() {
            Some((offset, line)) if lines.has_too_many_in_other_layouts() => {
                let (position, example) = (self.base + offset, line.to_vec());
                self.cut_off = self.cut_off.or_else(|| self.others.front().copied());
                Err(ReadError::OtherLayouts { position, lines: lines.other_layouts, example })
            }
            _ => Ok(()),
        }
    }

    fn new_parser(&mut self) {
        self.blank_lines += self.parser.blank_lines();
        self.lines_read += self.parser.lines_read();
        self.others.clear();
        let keep_rejected = self.sink.stream.accounting().keeps_rejected();
        self.parser = Parser::new(self.rules.as_ref(), self.extra, keep_rejected);
    }
}

/// Where events go once they are parsed.
#[derive(Debug)]
struct Sink {
    stream: StreamBatcher,
    filter: EventFilter,
    resume: ResumeSet,
    shift_ms: i64,
    /// Events that the filter did not accept.
    filtered: u64,
    /// The latest timestamp of those that it accepted, as it is written.
    newest: Option<i64>,
}

impl Sink {
    fn take(&mut self, position: u64, timestamp: i64, message: Text<'_>) -> Result<(), ReadError> {
        if !self.filter.accepts(timestamp, &message) {
            self.filtered += 1;
            return Ok(());
        }
        let timestamp = self.accept(position, timestamp);
        if self.resume.contains(position) {
            self.stream.skip_settled(timestamp, message)
        } else {
            self.stream.admit(timestamp, message)
        }
        .map_err(ReadError::Rejected)
    }

    /// As `take`, of ASCII whose length in JSON is known.
    #[inline]
    fn take_counted(&mut self, position: u64, event: CountedEvent<'_>) -> Result<(), ReadError> {
        let CountedEvent { timestamp, message, escaped_len, .. } = event;
        if !self.filter.accepts_utf8(timestamp, message) {
            self.filtered += 1;
            return Ok(());
        }
        let timestamp = self.accept(position, timestamp);
        if self.resume.contains(position) {
            self.stream.skip_settled(timestamp, Text::Ascii(message))
        } else {
            self.stream.admit_counted(timestamp, message, escaped_len)
        }
        .map_err(ReadError::Rejected)
    }

    /// Notes an event that the filter accepts; its timestamp from here on.
    #[inline]
    fn accept(&mut self, position: u64, timestamp: i64) -> i64 {
        self.newest = Some(self.newest.map_or(timestamp, |newest| newest.max(timestamp)));
        self.stream.set_position(position);
        timestamp.saturating_add(self.shift_ms)
    }

    fn reject(
        &mut self,
        position: u64,
        rejection: Rejection,
        payload: Option<RejectedPayload>,
    ) -> Result<(), ReadError> {
        self.stream.set_position(position);
        self.stream.reject_with_payload(rejection, payload).map_err(ReadError::Rejected)
    }

    fn rejected(&self) -> u64 {
        self.stream.accounting().counts().all_rejected()
    }
}
