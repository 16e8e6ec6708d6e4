//! Any bytes as a log, of text and of JSON lines: the same events however they are cut, offsets that rise, and a detection
//! that ends.
#![no_main]

use bytes::Bytes;
use cordwood_core::{Rejection, escaped_len as escaped_len_of};
use cordwood_input::{
    CountedEvent, DetectOptions, HeaderLines, JsonLines, LineEnd, LineEvents, LineFormat, LinesRead, OtherLayouts,
    Regex, Step, TextLines, TimestampFormat, TimestampResolver, Untimed, detect,
};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, PartialEq)]
enum Seen {
    Event(u64, i64, String),
    Other(u64, Rejection),
}

fn read(mut lines: LineEvents, input: &[u8], chunk: usize) -> (Vec<Seen>, u64, LinesRead) {
    let mut chunks = input.chunks(chunk);
    let mut seen = vec![];
    loop {
        // Counted ones or not, as it comes: the result is the same.
        if !chunk.is_multiple_of(2)
            && let Some(CountedEvent { offset, timestamp, message, escaped_len }) = lines.next_counted()
        {
            assert!(message.is_ascii() && escaped_len as usize == escaped_len_of(message));
            seen.push(Seen::Event(offset, timestamp, String::from_utf8_lossy(message).into_owned()));
            continue;
        }
        seen.push(match lines.next() {
            Step::Event { offset, timestamp, message } => Seen::Event(offset, timestamp, message.to_utf8()),
            Step::NotAnEvent { offset, rejection } => Seen::Other(offset, rejection),
            Step::End => return (seen, lines.skipped(), lines.lines_read()),
            Step::NeedInput => {
                match chunks.next() {
                    Some(chunk) => lines.feed(Bytes::copy_from_slice(chunk)),
                    None => lines.finish(),
                }
                continue;
            }
            other => panic!("lines have no such thing: {other:?}"),
        });
    }
}

fn clock() -> TimestampResolver {
    TimestampResolver::new("Europe/Berlin", None, 1_790_000_000_000).unwrap()
}

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (chunk, options, input) = input;
    let begins = (options & 1 != 0).then(|| Regex::new(r"^[\[(\d]").unwrap());
    let untimed = if options & 2 != 0 { Untimed::AsBefore } else { Untimed::Continues };
    let layouts =
        TimestampFormat::from_strftime(if options & 4 != 0 { "%d/%b/%Y:%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" });
    let others = [OtherLayouts::Refuse, OtherLayouts::Event, OtherLayouts::Continue, OtherLayouts::Event];
    let others = others[usize::from(options >> 4 & 3)];
    let end = if options & 64 != 0 { LineEnd::CarriageReturn } else { LineEnd::LineFeed };
    let headers = HeaderLines::new((options & 128 != 0).then(|| b"time,level".to_vec()));
    let among = JsonLines::new(vec!["ts".to_owned()], None, vec![], clock());
    let values = TimestampFormat::of_values("%Y-%m-%dT%H:%M:%S%z").unwrap();
    let message = (options & 8 != 0).then(|| "a.b".to_owned());
    let formats = [
        LineFormat::Text(
            TextLines::new(layouts.unwrap(), clock())
                .beginning(begins)
                .taking_untimed(untimed)
                .with_json(Some(among))
                .taking_other_layouts(others),
        ),
        LineFormat::Json(JsonLines::new(
            vec!["time".to_owned(), "a.ts".to_owned()],
            message,
            vec![values],
            clock(),
        )),
    ];
    for format in formats {
        let lines = || LineEvents::new(format.clone()).ending(end).skipping(headers.clone());
        let whole = read(lines(), input, input.len().max(1));
        assert_eq!(read(lines(), input, usize::from(chunk).max(1)), whole);
        let offsets: Vec<u64> = whole
            .0
            .iter()
            .map(|seen| match seen {
                Seen::Event(offset, ..) | Seen::Other(offset, _) => *offset,
            })
            .collect();
        assert!(offsets.is_sorted());
    }
    let middle = input.len() / 2;
    let found = detect(&[&input[..middle], &input[middle..]], &DetectOptions::default());
    let _ = found.line_format(clock(), None);
});
