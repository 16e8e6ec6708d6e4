//! Any events under any small limits, as a whole and as a stream: every event leaves once, unchanged, in a legal batch;
//! a cut of the whole ends only where the next event does not fit.
#![no_main]

use arbitrary::Arbitrary;
use cordwood_core::{
    Admission, Batch, Counts, EventTable, Limits, MAX_OPEN, OnReject, Oversize, Sequence, StreamBatcher, Text,
};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    events: Vec<Event>,
    split: bool,
    room_in_event: u8,
    room_in_batch: u16,
    /// In MiB where `heavy`: a few events then fill the window's bound on input.
    overhead: u8,
    heavy: bool,
    max_batch_events: u8,
    max_batch_span_ms: u16,
}

#[derive(Arbitrary, Debug)]
struct Event {
    timestamp: u16,
    /// The character it is made of, and at which end of the 64 bits its moment lies.
    kind: u8,
    len: u8,
}

impl Event {
    fn timestamp(&self) -> i64 {
        let timestamp = i64::from(self.timestamp);
        match self.kind >> 4 {
            0 => i64::MAX - timestamp,
            1 => -timestamp,
            _ => timestamp,
        }
    }

    fn message(&self) -> String {
        ["x", "é", "漢", "😀"][usize::from(self.kind % 4)].repeat(usize::from(self.len))
    }
}

/// Timestamp, position, message.
type Row = (i64, u64, Vec<u8>);

fn rows(batch: &Batch) -> Vec<Row> {
    batch.rows().iter().map(|row| (row.timestamp, row.position, batch.message(row).to_vec())).collect()
}

fn nbytes(rows: &[Row], limits: &Limits) -> u64 {
    rows.iter().map(|(.., message)| message.len() as u64 + limits.event_overhead_bytes).sum()
}

/// `rows` are in order of time, none before 1970.
fn fits(rows: &[Row], limits: &Limits) -> bool {
    rows.len() as u64 <= limits.max_batch_events
        && nbytes(rows, limits) <= limits.max_batch_bytes
        && rows[rows.len() - 1].0 - rows[0].0 <= limits.max_batch_span_ms
}

fn check(batches: &[Batch], limits: &Limits, split: bool, expected: &[(i64, u64, String)]) {
    for batch in batches {
        let rows = rows(batch);
        assert!(!rows.is_empty() && fits(&rows, limits));
        assert!(rows.is_sorted_by_key(|(timestamp, position, _)| (*timestamp, *position)));
        assert_eq!(batch.nbytes(), nbytes(&rows, limits));
    }
    let mut left: Vec<_> = batches.iter().flat_map(rows).collect();
    // Stable: the parts of an event stay in their order.
    left.sort_by_key(|(_, position, _)| *position);
    let mut joined: Vec<(i64, u64, String)> = Vec::new();
    for (timestamp, position, message) in left {
        let message = String::from_utf8(message).expect("UTF-8");
        let body = match message.split_once("] ") {
            Some((number, body)) if split && number.starts_with("[part ") => body,
            _ => &message,
        };
        match joined.last_mut() {
            Some((t, p, whole)) if split && *p == position => {
                assert_eq!(*t, timestamp);
                whole.push_str(body);
            }
            _ => joined.push((timestamp, position, body.to_owned())),
        }
    }
    assert_eq!(joined, expected);
}

fn check_counts(counts: Counts, events: usize, admitted: usize, batched: u64) {
    assert_eq!((counts.events, counts.admitted(), batched), (events as u64, admitted as u64, admitted as u64));
}

fuzz_target!(|input: Input| {
    let overhead = u64::from(input.overhead) << if input.heavy { 20 } else { 0 };
    let limits = Limits {
        event_overhead_bytes: overhead,
        max_event_bytes: overhead + 4 + u64::from(input.room_in_event),
        max_batch_bytes: (overhead + 4 + u64::from(input.room_in_batch)) * if input.heavy { 2 } else { 1 },
        max_batch_events: u64::from(input.max_batch_events) + 1,
        max_batch_span_ms: i64::from(input.max_batch_span_ms),
        ..Limits::default()
    };
    let Ok(limits) = limits.validated() else { return };
    let oversize = if input.split { Oversize::Split } else { Oversize::Reject };
    let admission = Admission { limits, oversize, ..Admission::default() };
    let mut sequence = Sequence::new(admission, OnReject::Collect, EventTable::default());
    let mut stream = StreamBatcher::new(admission, OnReject::Collect);
    let (mut streamed, mut expected) = (Vec::new(), Vec::new());
    for (position, event) in (0_u64..).zip(&input.events) {
        let message = event.message();
        let text = Text::Utf8(message.as_bytes());
        let rejected = stream.accounting().rejected().len();
        stream.admit(event.timestamp(), text).expect("collected");
        sequence.admit(event.timestamp(), text).expect("collected");
        while let Some(closed) = stream.take_closed() {
            streamed.push(Batch::of_closed(closed, &limits));
        }
        let fits = message.len() as u64 <= limits.max_message_bytes();
        let legal = event.timestamp() >= 0 && !message.is_empty() && fits;
        let admitted = stream.accounting().rejected().len() == rejected;
        // Whether an event too long can be split depends on the room for its number: here the core is asked.
        assert!(admitted == legal || (admitted && input.split && !fits));
        if admitted {
            expected.push((event.timestamp(), position, message));
        }
    }
    let early = streamed.len();
    let held_from = stream.held_from();
    stream.close_all();
    assert_eq!(stream.held_from(), held_from);
    while let Some(closed) = stream.take_closed() {
        streamed.push(Batch::of_closed(closed, &limits));
    }
    assert!(streamed.len() - early <= MAX_OPEN);
    let events = input.events.len();
    check_counts(stream.accounting().counts(), events, expected.len(), stream.batched_events());
    if !input.split {
        check(&streamed, &limits, false, &expected);
    }
    let mut whole = sequence.finish();
    let batches: Vec<_> = whole.by_ref().collect();
    check_counts(whole.accounting().counts(), events, expected.len(), whole.batched_events());
    check(&batches, &limits, input.split, &expected);
    let order = batches.iter().flat_map(rows).map(|(timestamp, position, _)| (timestamp, position));
    assert!(order.is_sorted());
    for pair in batches.windows(2) {
        let mut more = rows(&pair[0]);
        more.push(rows(&pair[1]).swap_remove(0));
        assert!(!fits(&more, &limits), "a batch ended though the next event fits");
    }
});
