//! Any bytes as an event document: the same steps however they are cut, offsets that rise, and, where serde_json takes
//! the whole of it as one event or an array of events, exactly those.
#![no_main]

use cordwood_core::Rejection;
use cordwood_input::{DocumentEvents, Extra, Step};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, PartialEq)]
enum Seen {
    Event(u64, i64, String),
    Other(u64, Rejection),
    NotADocument(String),
}

fn read(input: &[u8], chunk: usize) -> Vec<Seen> {
    let mut documents = DocumentEvents::new(Extra::Ignore);
    let mut chunks = input.chunks(chunk);
    let mut seen = vec![];
    loop {
        seen.push(match documents.next() {
            Step::Event { offset, timestamp, message } => Seen::Event(offset, timestamp, message.to_utf8()),
            Step::NotAnEvent { offset, rejection } | Step::Damage { offset, rejection } => {
                Seen::Other(offset, rejection)
            }
            Step::NotADocument(start) => Seen::NotADocument(start),
            Step::End => return seen,
            Step::NeedInput => {
                match chunks.next() {
                    Some(chunk) => documents.feed(chunk),
                    None => documents.finish(),
                }
                continue;
            }
        });
    }
}

/// What serde_json sees, where all of it is events with nothing that the two read differently (a surrogate alone, a
/// number that is no integer of 64 bits, members twice).
fn twin(input: &[u8]) -> Option<Vec<(i64, String)>> {
    let document: serde_json::Value = serde_json::from_slice(input).ok()?;
    let events = match document {
        serde_json::Value::Array(events) => events,
        event => vec![event],
    };
    events
        .iter()
        .map(|event| Some((event.get("timestamp")?.as_i64()?, event.get("message")?.as_str()?.to_owned())))
        .collect()
}

fuzz_target!(|input: (u8, &[u8])| {
    let (chunk, input) = input;
    let whole = read(input, input.len().max(1));
    assert_eq!(read(input, usize::from(chunk).max(1)), whole);
    let offsets: Vec<u64> = whole
        .iter()
        .map(|seen| match seen {
            Seen::Event(offset, ..) | Seen::Other(offset, _) => *offset,
            Seen::NotADocument(_) => 0,
        })
        .collect();
    assert!(offsets.is_sorted());
    if let Some(events) = twin(input) {
        let seen: Vec<_> = whole
            .into_iter()
            .filter_map(|seen| match seen {
                Seen::Event(_, timestamp, message) => Some((timestamp, message)),
                _ => None,
            })
            .collect();
        if !std::str::from_utf8(input).is_ok_and(|text| text.contains("\"events\"")) {
            assert_eq!(seen, events);
        }
    }
});
