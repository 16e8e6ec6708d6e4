//! Files, one after the other and in chunks, into batches.
//!
//! Here is decided which events are skipped, which an earlier run has settled, which position an event has, and from where
//! on a later run must read again. The time at which a chunk was read is the caller's to say: no clock is read.

use std::fmt;

use bytes::Bytes;
use cordwood_core::{
    Admission, Batch, Counts, Limits, OnReject, Rejected, RejectedPayload, Rejection, ResumeSet, StreamBatcher,
    Text,
};

use crate::event_filter::EventFilter;
use crate::json::event::Extra;
use crate::line_rules::LineRules;
use crate::read_documents::DocumentEvents;
use crate::read_lines::{CountedEvent, LineEvents};
use crate::step::Step;

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
        let rejected_before = self.sink.rejected();
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
        let tables = std::iter::from_fn(|| self.sink.stream.take_closed());
        tables.map(|table| Batch::of_table(table, &self.limits)).collect()
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
                    sink.reject(*base + offset, rejection, parser.rejected_payload())?;
                }
                Step::Damage { offset, rejection } => {
                    self.damaged = true;
                    sink.reject(*base + offset, rejection, parser.rejected_payload())?;
                }
                Step::NotADocument(start) => return Err(ReadError::NotADocument(start)),
                Step::NeedInput | Step::End => return Ok(()),
            }
        }
    }

    fn new_parser(&mut self) {
        self.blank_lines += self.parser.blank_lines();
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

/// What takes one file apart.
#[derive(Debug)]
enum Parser {
    Document(DocumentEvents),
    Lines(Box<LineEvents>),
}

impl Parser {
    fn new(rules: Option<&LineRules>, extra: Extra, keep_rejected: bool) -> Self {
        match rules {
            None => {
                let mut document = DocumentEvents::new(extra);
                if keep_rejected {
                    document.keep_rejected();
                }
                Self::Document(document)
            }
            Some(rules) => {
                let mut lines = LineEvents::new(rules.format().clone());
                if keep_rejected {
                    lines.keep_rejected();
                }
                Self::Lines(Box::new(lines))
            }
        }
    }

    fn feed(&mut self, chunk: Bytes, stream: &mut StreamBatcher) {
        match self {
            Self::Document(document) => document.feed(&chunk),
            Self::Lines(lines) => {
                stream.lend(chunk.clone());
                lines.feed(chunk);
            }
        }
    }

    fn finish(&mut self) {
        match self {
            Self::Document(document) => document.finish(),
            Self::Lines(lines) => lines.finish(),
        }
    }

    fn next(&mut self) -> Step<'_> {
        match self {
            Self::Document(document) => document.next(),
            Self::Lines(lines) => lines.next(),
        }
    }

    /// The event of lines that might go on.
    fn take_open(&mut self) -> Option<Step<'_>> {
        match self {
            Self::Document(_) => None,
            Self::Lines(lines) => lines.take_open(),
        }
    }

    fn rejected_payload(&self) -> Option<RejectedPayload> {
        match self {
            Self::Document(document) => document.rejected_payload(),
            Self::Lines(lines) => lines.rejected_payload(),
        }
    }

    /// Of the events that begin from here on, if lines take it from the caller.
    fn set_timestamp(&mut self, timestamp: i64) {
        match self {
            Self::Document(_) => {}
            Self::Lines(lines) => lines.set_timestamp(timestamp),
        }
    }

    /// Offset in the file before which everything was handed out.
    fn position(&self) -> u64 {
        match self {
            Self::Document(document) => document.position(),
            Self::Lines(lines) => lines.position(),
        }
    }

    /// Those that belong to no event.
    fn blank_lines(&self) -> u64 {
        match self {
            Self::Document(_) => 0,
            Self::Lines(lines) => lines.skipped(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use proptest::prelude::*;

    use super::*;
    use crate::detect::{DetectOptions, FormatKind, detect};
    use crate::line_rules::LineOptions;
    use crate::time::civil::TimestampResolver;

    /// One line of a file, and what it is.
    #[derive(Clone, Debug)]
    enum Line {
        Event(i64, String),
        Blank,
        Invalid,
    }

    #[derive(Clone, Debug)]
    struct File {
        is_document: bool,
        lines: Vec<Line>,
        ends_with_newline: bool,
    }

    /// As `FileCounts`, as far as the twin knows it.
    #[derive(Debug, Default, PartialEq)]
    struct Expected {
        /// Position, timestamp and message of what is batched, in order of position.
        batched: Vec<(u64, i64, String)>,
        rejected: Vec<u64>,
        settled: u64,
        skipped: u64,
        newest: Option<i64>,
    }

    const FILE_DISTANCE: u64 = 1 << 20;
    /// Of a size that JSON lines, too, write in milliseconds.
    const FIRST_TIMESTAMP: i64 = 1_438_191_704_000;
    const SINCE: i64 = FIRST_TIMESTAMP + 10;
    const SHIFT_MS: i64 = 5;

    impl File {
        /// Its bytes, and its lines each with the offset at which it starts.
        fn text(&self) -> (String, Vec<(usize, &Line)>) {
            let mut text = String::new();
            let mut lines = vec![];
            for line in &self.lines {
                lines.push((text.len(), line));
                match line {
                    Line::Event(timestamp, message) if self.is_document => {
                        write!(text, r#"{{"timestamp": {timestamp}, "message": "{message}"}}"#).unwrap();
                    }
                    Line::Event(timestamp, message) => {
                        write!(text, r#"{{"ts": {timestamp}, "m": "{message}"}}"#).unwrap();
                    }
                    Line::Blank => {}
                    Line::Invalid => text.push_str("nonsense"),
                }
                text.push('\n');
            }
            if !self.ends_with_newline {
                text.pop();
            }
            (text, lines)
        }
    }

    fn filter() -> EventFilter {
        EventFilter::new(Some(SINCE), None, None, Some(regex::bytes::Regex::new("x").unwrap()))
    }

    /// Line by line, with all at hand.
    fn twin(files: &[File], settled_below: u64) -> Expected {
        let mut expected = Expected::default();
        for (index, file) in files.iter().enumerate() {
            let (text, lines) = file.text();
            let mut after_invalid = false;
            for (offset, line) in lines {
                let position = index as u64 * FILE_DISTANCE + offset as u64;
                match line {
                    // Nothing, at the end of a file.
                    Line::Blank if offset == text.len() => {}
                    Line::Blank => expected.skipped += u64::from(!file.is_document),
                    Line::Invalid => {
                        // An event document goes on with the next line that begins as an event does.
                        if !(file.is_document && after_invalid) {
                            expected.rejected.push(position);
                        }
                        after_invalid = true;
                    }
                    Line::Event(timestamp, message) => {
                        after_invalid = false;
                        let message = if file.is_document {
                            message.clone()
                        } else {
                            text[offset..].lines().next().unwrap().to_owned()
                        };
                        if *timestamp < SINCE || message.contains('x') {
                            expected.skipped += 1;
                            continue;
                        }
                        expected.newest = expected.newest.max(Some(*timestamp));
                        if message.is_empty() {
                            expected.rejected.push(position);
                        } else if position < settled_below {
                            expected.settled += 1;
                        } else {
                            expected.batched.push((position, timestamp + SHIFT_MS, message));
                        }
                    }
                }
            }
        }
        expected
    }

    fn events_of(batches: &[Batch]) -> Vec<(u64, i64, String)> {
        let of_batch = |batch: &Batch| -> Vec<_> {
            let message = |row| String::from_utf8(batch.message(row).to_vec()).unwrap();
            batch.rows().iter().map(|row| (row.position, row.timestamp, message(row))).collect()
        };
        batches.iter().flat_map(of_batch).collect()
    }

    fn json_rules() -> LineRules {
        let detected = detect(&[br#"{"ts": 1438191704000, "m": "x"}"#], &DetectOptions::default()).unwrap();
        LineRules::detected(&detected, TimestampResolver::utc(), LineOptions::default()).unwrap()
    }

    fn files() -> impl Strategy<Value = Vec<File>> {
        let event =
            || (0..40_i64, "[ax]{0,3}").prop_map(|(ms, message)| Line::Event(FIRST_TIMESTAMP + ms, message));
        let line = prop_oneof![6 => event(), 1 => Just(Line::Blank), 1 => Just(Line::Invalid)];
        let file = (any::<bool>(), event(), prop::collection::vec(line, 0..12), any::<bool>());
        let file = file.prop_map(|(is_document, first, others, ends_with_newline)| {
            // What does not begin with an event is no event document.
            let lines = [vec![first], others].concat();
            File { is_document, lines, ends_with_newline }
        });
        prop::collection::vec(file, 1..4)
    }

    proptest! {
        /// In whatever chunks the files come, and however few events fill a batch: the events are those of the twin, and
        /// what lies before `held_from` has left.
        #[test]
        fn the_events_are_those_of_the_slow_twin(
            files in files(),
            chunks in prop::collection::vec(1..40_usize, 1..5),
            settled_below in 0..3 * FILE_DISTANCE,
            max_batch_events in 1..6_u64,
        ) {
            // Most often within the first file's few hundred bytes.
            let settled_below = if settled_below < 2 * FILE_DISTANCE { settled_below % 300 } else { settled_below };
            let expected = twin(&files, settled_below);
            let mut reader = FileReader::new(FileReaderOptions {
                admission: Admission {
                    limits: Limits { max_batch_events, ..Limits::default() },
                    ..Admission::default()
                },
                filter: filter(),
                resume: ResumeSet::new(settled_below, vec![], []).unwrap(),
                shift_ms: SHIFT_MS,
                ..FileReaderOptions::default()
            });
            let rules = json_rules();
            let (mut seen, mut held_from) = (vec![], 0);
            let mut look = |reader: &mut FileReader| {
                seen.extend(events_of(&reader.take_closed()));
                assert!(reader.held_from() >= held_from, "{} after {held_from}", reader.held_from());
                held_from = reader.held_from();
                for event in expected.batched.iter().filter(|event| event.0 < held_from) {
                    assert!(seen.contains(event), "{event:?} is held, and not from {held_from} on");
                }
                let FileCounts { events, batched, .. } = reader.counts();
                assert_eq!(batched, seen.len() as u64);
                assert!(events.admitted() >= batched);
            };
            for (index, file) in files.iter().enumerate() {
                let rules = (!file.is_document).then_some(&rules);
                reader.start_file(index as u64 * FILE_DISTANCE, rules, None).unwrap();
                let (text, _) = file.text();
                let (mut rest, mut sizes) = (text.as_bytes(), chunks.iter().cycle());
                while !rest.is_empty() {
                    let (chunk, others) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
                    reader.feed(Bytes::copy_from_slice(chunk), 0).unwrap();
                    look(&mut reader);
                    rest = others;
                }
                reader.finish_file().unwrap();
                look(&mut reader);
            }
            reader.flush().unwrap();
            look(&mut reader);
            seen.sort();
            let FileCounts { events, skipped, .. } = reader.counts();
            let found = Expected {
                batched: seen,
                rejected: reader.take_rejected().into_iter().map(|rejected| rejected.position).collect(),
                settled: events.settled,
                skipped,
                newest: reader.newest_timestamp(),
            };
            prop_assert_eq!(found, expected);
            prop_assert!(!reader.is_damaged());
        }
    }

    fn given() -> LineRules {
        LineRules::without_timestamps(FormatKind::Text, LineOptions::default()).unwrap()
    }

    #[test]
    fn lines_without_timestamps_have_the_given_one_or_that_of_their_reading() {
        let mut reader = FileReader::new(FileReaderOptions::default());
        reader.start_file(0, Some(&given()), Some(9)).unwrap();
        reader.feed(Bytes::from_static(b"a\n"), 1).unwrap();
        reader.finish_file().unwrap();
        reader.start_file(100, Some(&given()), None).unwrap();
        reader.feed(Bytes::from_static(b"b\nc\n"), 17).unwrap();
        reader.feed(Bytes::from_static(b"d\n"), 18).unwrap();
        reader.finish_file().unwrap();
        reader.flush().unwrap();
        let mut events = events_of(&reader.take_closed());
        events.sort_unstable();
        let expected = [(0, 9, "a"), (100, 17, "b"), (102, 17, "c"), (104, 18, "d")];
        assert_eq!(events, expected.map(|(position, timestamp, text)| (position, timestamp, text.to_owned())));
    }

    #[test]
    fn an_open_event_is_flushed_as_it_stands() {
        let mut reader = FileReader::new(FileReaderOptions::default());
        reader.start_file(0, Some(&given()), Some(9)).unwrap();
        reader.feed(Bytes::from_static(b"a\nb\n"), 0).unwrap();
        reader.flush().unwrap();
        assert_eq!(events_of(&reader.take_closed()).len(), 2);
        assert_eq!(reader.held_from(), 4);
    }

    #[test]
    fn a_later_run_reads_again_what_the_end_of_a_file_cut_off() {
        let mut reader = FileReader::new(FileReaderOptions::default());
        reader.feed(Bytes::from_static(b"{\"timestamp\":1,\"message\":\"a\"}\n{\"times"), 0).unwrap();
        reader.finish_file().unwrap();
        reader.feed(Bytes::from_static(b"{\"timestamp\":2,\"message\":\"b\"}\n"), 0).unwrap();
        reader.finish_file().unwrap();
        reader.flush().unwrap();
        assert_eq!(events_of(&reader.take_closed()).len(), 2);
        assert_eq!(reader.held_from(), 30);
        assert!(reader.is_damaged());
        assert_eq!(reader.counts().events.all_rejected(), 1);
    }

    #[test]
    fn files_start_in_order_and_one_after_the_other() {
        let mut reader = FileReader::new(FileReaderOptions::default());
        reader.start_file(10, None, None).unwrap();
        reader.feed(Bytes::from_static(b"[]"), 0).unwrap();
        assert_eq!(reader.start_file(20, None, None), Err(StartError::Unfinished));
        reader.finish_file().unwrap();
        let error = reader.start_file(11, None, None).unwrap_err();
        assert_eq!(error, StartError::PositionTooLow { position: 11, end: 12 });
        assert_eq!(error.to_string(), "position is 11; the file before ends at 12, and positions only grow");
        reader.start_file(12, None, None).unwrap();
    }

    #[test]
    fn what_is_no_event_document_is_an_error_with_its_beginning() {
        let mut reader = FileReader::new(FileReaderOptions::default());
        let fed = reader.feed(Bytes::from_static(b"Jan 1 00:00:00 host program: started"), 0);
        assert_eq!(fed, Err(ReadError::NotADocument("Jan 1 00:00:00 host prog".to_owned())));
    }

    #[test]
    fn an_event_that_may_not_be_left_out_is_an_error_and_reading_goes_on_behind_it() {
        let limits = Limits { max_event_bytes: 26 + 4, ..Limits::default() };
        let admission = Admission { limits, oversize: cordwood_core::Oversize::Error, ..Admission::default() };
        let options = FileReaderOptions { admission, keep_rejected: true, ..FileReaderOptions::default() };
        let mut reader = FileReader::new(options);
        reader.start_file(0, Some(&given()), Some(9)).unwrap();
        let fed = reader.feed(Bytes::from_static(b"too long\na\n"), 0);
        assert!(matches!(fed, Err(ReadError::Rejected(Rejected { position: 0, .. }))), "{fed:?}");
        reader.finish_file().unwrap();
        reader.flush().unwrap();
        assert_eq!(events_of(&reader.take_closed()), [(9, 9, "a".to_owned())]);
        assert!(reader.take_rejected()[0].payload.is_some());
    }
}
