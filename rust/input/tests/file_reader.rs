//! Files through the public interface: whatever chunks they come in, the events are those of a slow twin.

use std::fmt::Write;

use bytes::Bytes;
use cordwood_core::{Admission, Batch, Limits, Oversize, Rejected, Remedy, ResumeSet};
use cordwood_input::{
    DetectOptions, EventFilter, FileCounts, FileReader, FileReaderOptions, FormatKind, LineOptions, LineRules,
    LinesRead, OtherLayouts, ReadError, Regex, StartError, TimestampResolver, detect,
};
use proptest::prelude::*;

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
    EventFilter::new(Some(SINCE), None, None, Some(Regex::new("x").unwrap()))
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
    let options = DetectOptions { now_ms: 1_790_000_000_000, ..DetectOptions::default() };
    let detected = detect(&[br#"{"ts": 1438191704000, "m": "x"}"#], &options);
    LineRules::detected(&detected, TimestampResolver::utc(), LineOptions::default()).unwrap()
}

fn files() -> impl Strategy<Value = Vec<File>> {
    let event = || (0..40_i64, "[ax]{0,3}").prop_map(|(ms, message)| Line::Event(FIRST_TIMESTAMP + ms, message));
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
    let admission = Admission { limits, oversize: Oversize::Error, ..Admission::default() };
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

fn text_rules(other_layouts: OtherLayouts) -> LineRules {
    let options = DetectOptions { now_ms: 1_790_000_000_000, ..DetectOptions::default() };
    let detected = detect(&[b"2015-07-29 17:41:44 a\n2015-07-29 17:41:45 b\n"], &options);
    let resolver = TimestampResolver::new("UTC", None, 1_790_000_000_000).unwrap();
    LineRules::detected(&detected, resolver, LineOptions { other_layouts, ..LineOptions::default() }).unwrap()
}

#[test]
fn a_few_lines_in_another_layout_are_refused_with_what_continues_them() {
    let mut reader = FileReader::new(FileReaderOptions { keep_rejected: true, ..FileReaderOptions::default() });
    reader.start_file(0, Some(&text_rules(OtherLayouts::Refuse)), None).unwrap();
    let lines = b"2015-07-29 17:41:44 a\n  more\n29/Jul/2015:17:41:45 b\n\n  its own\n2015-07-29 17:41:46 c\n";
    reader.feed(Bytes::from_static(lines), 0).unwrap();
    reader.finish_file().unwrap();
    reader.flush().unwrap();
    let messages: Vec<_> = events_of(&reader.take_closed()).into_iter().map(|(_, _, message)| message).collect();
    assert_eq!(messages, ["2015-07-29 17:41:44 a\n  more", "2015-07-29 17:41:46 c"]);
    let rejected = reader.take_rejected();
    assert_eq!(rejected.len(), 1);
    assert_eq!((rejected[0].position, rejected[0].rejection.remedy()), (29, Some(Remedy::OtherLayouts)));
    assert_eq!(*rejected[0].payload.as_ref().unwrap().text, *b"29/Jul/2015:17:41:45 b\n\n  its own");
    let expected = LinesRead { all: 5, other_layouts: 1, continuing: 2, ..LinesRead::default() };
    assert_eq!(reader.lines_read(), expected);
    assert_eq!(reader.held_from(), lines.len() as u64, "what is refused is settled");
}

#[test]
fn too_many_lines_in_another_layout_stop_reading_and_a_later_run_begins_with_the_first() {
    let read = |lines: usize, others: usize| {
        let mut reader = FileReader::new(FileReaderOptions::default());
        reader.start_file(100, Some(&text_rules(OtherLayouts::Refuse)), None).unwrap();
        let text = "2015-07-29 17:41:44 a\n".repeat(lines) + &"29/Jul/2015:17:41:45 b\n".repeat(others);
        let read = reader.feed(Bytes::from(text), 0).and_then(|()| reader.finish_file());
        reader.flush().unwrap();
        let batched: usize = reader.take_closed().iter().map(|batch| batch.rows().len()).sum();
        (read, batched, reader.held_from())
    };
    let stopped = |position, lines| {
        let example = b"29/Jul/2015:17:41:45 b".to_vec();
        Err(ReadError::OtherLayouts { position, lines, example })
    };
    assert_eq!(read(2, 10), (Ok(()), 2, 100 + 2 * 22 + 10 * 23));
    assert_eq!(read(2, 12), (stopped(144, 11), 2, 144));
    assert_eq!(read(20_000, 20).0, Ok(()));
    assert_eq!(read(20_000, 25).0, stopped(440_100, 21));
}

#[test]
fn a_line_in_another_layout_may_be_an_event_with_its_own_time() {
    let read = |other_layouts, lines: &'static [u8]| {
        let mut reader = FileReader::new(FileReaderOptions::default());
        reader.start_file(0, Some(&text_rules(other_layouts)), None).unwrap();
        reader.feed(Bytes::from_static(lines), 0).unwrap();
        reader.finish_file().unwrap();
        reader.flush().unwrap();
        let mut events = events_of(&reader.take_closed());
        events.sort_unstable();
        let events: Vec<_> = events.into_iter().map(|(_, timestamp, message)| (timestamp, message)).collect();
        (events, reader.take_rejected().into_iter().map(|one| one.position).collect::<Vec<_>>())
    };
    let at = FIRST_TIMESTAMP;
    let lines =
        b"2015-07-29 17:41:44 a\n29/Jul/2015:17:41:45 +0000 b\n and c\n03/04/2015 17:41:46 d\n17:41:47 e\n";
    let (first, second) = ("2015-07-29 17:41:44 a", "29/Jul/2015:17:41:45 +0000 b\n and c");
    assert_eq!(
        read(OtherLayouts::Event, lines),
        (vec![(at, first.to_owned()), (at + 1000, second.to_owned())], vec![58, 80]),
        "neither an order of day and month nor a date is guessed"
    );
    let lines = b"2015-07-29 17:41:44 a\n29/Jul/2015:17:41:45 +0000 b\n";
    let joined = "2015-07-29 17:41:44 a\n29/Jul/2015:17:41:45 +0000 b".to_owned();
    assert_eq!(read(OtherLayouts::Continue, lines), (vec![(at, joined)], vec![]));
}

#[test]
fn what_has_left_stays_settled_when_reading_stops() {
    let mut reader = FileReader::new(FileReaderOptions::default());
    reader.start_file(0, Some(&text_rules(OtherLayouts::Refuse)), None).unwrap();
    let (line, other) = ("2015-07-29 17:41:44 a\n", "29/Jul/2015:17:41:45 b\n");
    reader.feed(Bytes::from(line.to_owned() + other + line + line), 0).unwrap();
    reader.flush().unwrap();
    reader.take_closed();
    let held_from = reader.held_from();
    let fed = reader.feed(Bytes::from(other.repeat(20) + line), 0);
    assert!(matches!(fed, Err(ReadError::OtherLayouts { position: 22, lines: 11, .. })), "{fed:?}");
    reader.flush().unwrap();
    reader.take_closed();
    assert_eq!(held_from, 3 * 22 + 23);
    assert_eq!(reader.held_from(), held_from, "the first of those that were refused after that");
}
