//! The events that lines give, however their bytes are cut.

use bytes::Bytes;
use cordwood_core::Text;
use cordwood_input::{
    CountedEvent, HeaderLines, JsonLines, LineEnd, LineEvents, LineFormat, MAX_EVENT_INPUT_BYTES, OtherLayouts,
    Regex, Step, TextLines, TimestampFormat, TimestampResolver, Untimed,
};
use proptest::prelude::*;

/// Most bytes of an event of several lines.
const MAX_JOINED_BYTES: usize = 1_048_550;

const NOTHING_TO_CONTINUE: &str =
    "the line has no timestamp, and there is no event before it that it could continue";
const NOTHING_BEFORE: &str = "the line has no timestamp, and there is no event before it that has one";
const BEGINS_WITHOUT: &str = "the line begins an event and has no timestamp, nor has a line that continues it";

fn text() -> LineFormat {
    LineFormat::Text(lines_of_text())
}

fn formats() -> Vec<TimestampFormat> {
    ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S,%f", "%Y-%m-%dT%H:%M:%S%z"]
        .into_iter()
        .flat_map(|format| TimestampFormat::from_strftime(format).unwrap())
        .collect()
}

fn lines_of_text() -> TextLines {
    TextLines::new(formats(), TimestampResolver::new("UTC", None, 1_790_000_000_000).unwrap())
}

fn json() -> LineFormat {
    let resolver = TimestampResolver::new("UTC", None, 1_790_000_000_000).unwrap();
    LineFormat::Json(JsonLines::new(
        vec!["ts".into()],
        None,
        vec![TimestampFormat::of_values("%Y-%m-%dT%H:%M:%S%z").unwrap()],
        resolver,
    ))
}

type Item = (u64, Result<(i64, Vec<u8>), String>);

fn read(format: LineFormat, bytes: &[u8], chunk: usize) -> (Vec<Item>, u64) {
    read_events(LineEvents::new(format), bytes, chunk)
}

fn read_events(mut events: LineEvents, bytes: &[u8], chunk: usize) -> (Vec<Item>, u64) {
    let mut found = Vec::new();
    let mut drain = |events: &mut LineEvents| {
        loop {
            // Counted ones or not, as it comes: what is found is the same.
            if found.len() % 3 > 0
                && let Some(CountedEvent { offset, timestamp, message, escaped_len }) = events.next_counted()
            {
                assert_eq!(escaped_len as usize, cordwood_core::escaped_len(message));
                assert!(message.is_ascii());
                found.push((offset, Ok((timestamp, message.to_vec()))));
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
                    found.push((offset, Ok((timestamp, bytes.to_vec()))));
                }
                Step::NotAnEvent { offset, rejection } => found.push((offset, Err(rejection.to_string()))),
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
    (found, events.skipped())
}

/// The obvious one: all lines at once.
fn naive(bytes: &[u8]) -> Vec<(u64, i64, Vec<u8>)> {
    let mut found: Vec<(u64, i64, Vec<u8>)> = Vec::new();
    let mut resolver = TimestampResolver::new("UTC", None, 1_790_000_000_000).unwrap();
    let mut offset = 0;
    let mut blank = 0;
    for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
        let line = piece.strip_suffix(b"\n").map_or(piece, |line| line.strip_suffix(b"\r").unwrap_or(line));
        let timestamp = formats().iter().find_map(|format| resolver.resolve(&format.find(line)?.0).ok());
        if line.trim_ascii().is_empty() {
            blank += 1;
        } else if let Some(ms) = timestamp {
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

/// Lines that mean different things.
const KINDS: [&str; 14] = [
    "2015-07-29 17:41:44 one",
    "2015-07-29T17:41:45Z two \u{e9}",
    "> without a time",
    "> 2015-07-29 17:41:47 with one",
    "29/Jul/2015:17:41:46 +0000 in another layout",
    "03/04/2015 17:41:46 ambiguous",
    "17:41:46 without a date",
    "{\"ts\": 1438191707}",
    "{\"n\": 1}",
    "    at Main.java:3",
    "# a comment",
    "#Date: 2015-07-29 17:41:40",
    "time,level",
    "\t",
];

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
        let (found, _) = read(text(), &bytes, chunk);
        let events: Vec<_> = found.into_iter().filter_map(|(at, event)| event.ok().map(|(ms, message)| (at, ms, message))).collect();
        // A carriage return at the very end is part of the last line: no line end follows it.
        prop_assert_eq!(events, naive(&bytes));
    }

    #[test]
    fn lines_of_all_kinds_are_the_same_however_they_are_cut(
        lines in prop::collection::vec(prop::sample::select(KINDS.to_vec()), 0..14),
        nuls in prop::collection::vec(prop_oneof![6 => Just(0), 1 => 1..30_usize], 14),
        begins: bool,
        as_before: bool,
        is_json: bool,
        others in prop::sample::select(vec![OtherLayouts::Refuse, OtherLayouts::Event, OtherLayouts::Continue]),
        end in prop::sample::select(vec![LineEnd::LineFeed, LineEnd::CarriageReturn]),
        unended: bool,
        chunk in 1..60_usize,
    ) {
        let mut bytes = Vec::new();
        for (line, count) in lines.iter().zip(&nuls) {
            bytes.extend(vec![0; *count]);
            bytes.extend(line.as_bytes());
            bytes.push(if end == LineEnd::LineFeed { b'\n' } else { b'\r' });
        }
        if unended {
            bytes.pop();
        }
        let among = JsonLines::new(vec!["ts".into()], None, vec![], TimestampResolver::utc());
        let untimed = if as_before { Untimed::AsBefore } else { Untimed::Continues };
        let begins = begins.then(|| Regex::new("^[2>]").unwrap());
        let of_text = lines_of_text().with_json(Some(among)).beginning(begins).taking_untimed(untimed);
        let format = if is_json { json() } else { LineFormat::Text(of_text.taking_other_layouts(others)) };
        let events = || {
            let mut events = LineEvents::new(format.clone()).ending(end).skipping(HeaderLines::new(Some(b"time,level".to_vec())));
            events.keep_rejected();
            events
        };
        let whole = read_events(events(), &bytes, bytes.len().max(1));
        prop_assert!(whole.0.iter().map(|(offset, _)| offset).is_sorted());
        prop_assert_eq!(read_events(events(), &bytes, chunk), whole);
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400), chunk in 1..50_usize) {
        read(text(), &bytes, chunk);
        read(json(), &bytes, chunk);
    }
}

#[test]
fn lines_before_the_first_event_are_returned() {
    let (found, skipped) = read(text(), b"\nlost\n2015-07-29 17:41:44 found\n\n", 7);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0], (1, Err(NOTHING_TO_CONTINUE.to_owned())));
    assert_eq!(found[1].0, 6);
    assert_eq!(skipped, 2);
}

fn messages(format: LineFormat, bytes: &[u8]) -> Vec<Result<(i64, String), String>> {
    let (found, _) = read(format, bytes, 5);
    found
        .into_iter()
        .map(|(_, event)| event.map(|(ms, message)| (ms, String::from_utf8(message).unwrap())))
        .collect()
}

#[test]
fn a_pattern_says_which_lines_begin_events() {
    let lines = LineFormat::Text(lines_of_text().beginning(Some(Regex::new("^>").unwrap())));
    let found = messages(lines, b"> 2015-07-29 17:41:44 a\n2015-07-29 17:41:45 b\n> no time\nlost\n");
    assert_eq!(
        found,
        [
            Ok((1_438_191_704_000, "> 2015-07-29 17:41:44 a\n2015-07-29 17:41:45 b".to_owned())),
            Err(BEGINS_WITHOUT.to_owned()),
        ],
        "a line that continues what is refused belongs to it"
    );
}

#[test]
fn lines_without_a_timestamp_may_be_events() {
    let before = LineFormat::Text(lines_of_text().taking_untimed(Untimed::AsBefore));
    let found = messages(before, b"lost\n2015-07-29 17:41:44 a\nb\n\nc");
    let at = 1_438_191_704_000;
    assert_eq!(
        found,
        [
            Err(NOTHING_BEFORE.to_owned()),
            Ok((at, "2015-07-29 17:41:44 a".to_owned())),
            Ok((at, "b".to_owned())),
            Ok((at, "c".to_owned())),
        ]
    );
    let mut given = LineFormat::Text(lines_of_text().taking_untimed(Untimed::Given));
    given.set_timestamp(17);
    assert_eq!(
        messages(given, b"a\n2015-07-29 17:41:44 b\n"),
        [Ok((17, "a".to_owned())), Ok((17, "2015-07-29 17:41:44 b".to_owned()))]
    );
}

#[test]
fn an_event_of_many_lines_is_bounded() {
    let mut bytes = b"2015-07-29 17:41:44 first".to_vec();
    for _ in 0..30_000 {
        bytes.extend(b"\n    at com.example.Main.method(Main.java:1234567890)");
    }
    let (found, _) = read(text(), &bytes, 65_536);
    assert_eq!(found.len(), 2);
    let lengths: Vec<_> = found.iter().map(|(_, event)| event.as_ref().unwrap().1.len()).collect();
    assert!(lengths.iter().all(|&length| length <= MAX_JOINED_BYTES));
    assert_eq!(found[0].1.as_ref().unwrap().0, found[1].1.as_ref().unwrap().0);
}

#[test]
fn json_lines() {
    let (found, _) =
        read(json(), b"{\"ts\": 1438191704, \"m\": \"x\"}\nnonsense\n{\"ts\":\"2015-07-29T17:41:44.5Z\"}", 9);
    assert_eq!(found[0], (0, Ok((1_438_191_704_000, b"{\"ts\": 1438191704, \"m\": \"x\"}".to_vec()))));
    assert!(found[1].1.is_err());
    assert_eq!(found[2].1.as_ref().unwrap().0, 1_438_191_704_500);
}

#[test]
fn the_timestamp_of_an_event_may_be_in_a_line_that_continues_it() {
    let read = |begins: &str, format: &str, bytes: &[u8]| {
        let items = TimestampFormat::from_strftime(format).unwrap();
        let lines = TextLines::new(items, TimestampResolver::utc()).beginning(Some(Regex::new(begins).unwrap()));
        messages(LineFormat::Text(lines), bytes)
    };
    let at = 1_438_191_704_000;
    let bytes = b"> a\n1438191704 b\n1438191705 c\n\n> d\ne\n\n> f\n1438191705 g\n";
    assert_eq!(
        read("^>", "%s", bytes),
        [
            Ok((at, "> a\n1438191704 b\n1438191705 c".to_owned())),
            Err(BEGINS_WITHOUT.to_owned()),
            Ok((at + 1000, "> f\n1438191705 g".to_owned())),
        ]
    );
}

#[test]
fn what_is_refused_is_returned_in_order_and_with_all_of_its_lines() {
    let lines = || LineFormat::Text(lines_of_text().beginning(Some(Regex::new("^>").unwrap())));
    let too_long =
        [b"> a\nb\n".to_vec(), vec![b'x'; MAX_EVENT_INPUT_BYTES + 1], b"\n> 2015-07-29 17:41:44 c".to_vec()];
    for chunk in [1 << 20, 1 << 30] {
        let mut events = LineEvents::new(lines());
        events.keep_rejected();
        let mut found = Vec::new();
        let all = too_long.concat();
        let mut pieces = all.chunks(chunk);
        loop {
            match events.next() {
                Step::Event { offset, .. } => found.push((offset, None)),
                Step::NotAnEvent { offset, .. } => {
                    found.push((offset, events.rejected_payload().map(|payload| payload.text)));
                }
                Step::NeedInput => match pieces.next() {
                    Some(piece) => events.feed(Bytes::copy_from_slice(piece)),
                    None => events.finish(),
                },
                Step::End => break,
                other => panic!("{other:?}"),
            }
        }
        let third = (6 + MAX_EVENT_INPUT_BYTES + 2) as u64;
        assert_eq!(found, [(0, Some(b"> a\nb".to_vec())), (6, Some(vec![])), (third, None)]);
    }
}

#[test]
fn nuls_before_a_line_are_no_part_of_it_however_many() {
    for count in [1, 7, 300] {
        let mut bytes = b"2015-07-29 17:41:44 a\n".to_vec();
        let begins = bytes.len() as u64;
        bytes.extend(vec![0; count]);
        bytes.extend(b"2015-07-29 17:41:45 b\n\0\0\0\n  c");
        for chunk in [1, 2, 5, 64, 1000] {
            let (found, _) = read(text(), &bytes, chunk);
            let expected = [
                (0, Ok((1_438_191_704_000, b"2015-07-29 17:41:44 a".to_vec()))),
                (begins, Ok((1_438_191_705_000, b"2015-07-29 17:41:45 b\n\n  c".to_vec()))),
            ];
            assert_eq!(found, expected, "{count} in pieces of {chunk}");
        }
        let line = b"{\"ts\": 1438191704}";
        let bytes = [&vec![0; count][..], line, b"\n", &vec![0; count], line, b"\n"].concat();
        for chunk in [1, 5, 64, 1000] {
            let (found, _) = read(json(), &bytes, chunk);
            let second = (count + line.len() + 1) as u64;
            let event = || Ok((1_438_191_704_000, line.to_vec()));
            assert_eq!(found, [(0, event()), (second, event())], "{count} in pieces of {chunk}");
        }
    }
}

#[test]
fn more_nuls_than_a_line_may_have_bytes_are_no_part_of_it() {
    let bytes = [vec![0; 20 << 20], b"2015-07-29 17:41:44 a\n".to_vec(), vec![0; 20 << 20]].concat();
    for chunk in [1 << 18, bytes.len()] {
        let (found, _) = read(text(), &bytes, chunk);
        assert_eq!(found, [(0, Ok((1_438_191_704_000, b"2015-07-29 17:41:44 a".to_vec())))]);
    }
}

#[test]
fn carriage_returns_alone_end_lines_if_the_file_says_so() {
    for (format, line) in [(text(), "2015-07-29 17:41:44 a"), (json(), r#"{"ts": "2015-07-29T17:41:44Z"}"#)] {
        let bytes = format!("{line}\r\r{line}\r");
        for chunk in [1, 3, 100] {
            let events = LineEvents::new(format.clone()).ending(LineEnd::CarriageReturn);
            let (found, _) = read_events(events, bytes.as_bytes(), chunk);
            let event = || Ok((1_438_191_704_000, line.as_bytes().to_vec()));
            assert_eq!(found, [(0, event()), (line.len() as u64 + 2, event())]);
        }
    }
}

#[test]
fn headers_are_skipped_in_any_format() {
    for (format, line) in [
        (text(), "2015-07-29 17:41:44 a"),
        (LineFormat::Text(lines_of_text().taking_untimed(Untimed::AsBefore)), "2015-07-29 17:41:44 a"),
        (json(), r#"{"ts": "2015-07-29T17:41:44Z"}"#),
    ] {
        let bytes = format!(
            "# made by hand\ntime,level\n#Date: 2015-07-29 17:41:40\n{line}\ntime,level\n#Fields: x\n{line}\n"
        );
        let headers = HeaderLines::new(Some(b"time,level".to_vec()));
        let (found, skipped) = read_events(LineEvents::new(format).skipping(headers), bytes.as_bytes(), 9);
        let found: Vec<_> = found.into_iter().map(|(_, event)| event).collect();
        let event = || Ok((1_438_191_704_000, line.as_bytes().to_vec()));
        assert_eq!((found, skipped), (vec![event(), event()], 5));
    }
}

#[test]
fn a_directive_that_the_user_says_begins_an_event_does() {
    let lines = LineFormat::Text(lines_of_text().beginning(Some(Regex::new("^#").unwrap())));
    let events = LineEvents::new(lines).skipping(HeaderLines::new(None));
    let (found, _) = read_events(events, b"#Date: 2015-07-29 17:41:44\nx\n", 100);
    assert_eq!(found, [(0, Ok((1_438_191_704_000, b"#Date: 2015-07-29 17:41:44\nx".to_vec())))]);
}

#[test]
fn objects_of_json_among_lines_of_text_are_events() {
    let json = JsonLines::new(vec!["ts".into()], None, vec![], TimestampResolver::utc());
    let lines = LineFormat::Text(lines_of_text().with_json(Some(json)));
    let found = messages(lines, b"2015-07-29 17:41:44 a\n{\"n\": 1}\n{\"ts\": 1438191705}\n b\n");
    let at = 1_438_191_704_000;
    assert_eq!(
        found,
        [
            Ok((at, "2015-07-29 17:41:44 a\n{\"n\": 1}".to_owned())),
            Ok((at + 1000, "{\"ts\": 1438191705}\n b".to_owned())),
        ]
    );
}
