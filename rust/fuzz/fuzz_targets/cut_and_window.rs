//! Any events under any small limits, as a whole and as a stream: every event leaves once, in a legal batch; a cut of
//! the whole ends only where the next event does not fit.
#![no_main]

use arbitrary::Arbitrary;
use cordwood_core::{Admission, Batch, EventTable, Limits, OnReject, Sequence, Stream, Text};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input {
    events: Vec<(u16, u8)>,
    max_batch_bytes: u8,
    max_batch_events: u8,
    max_batch_span_ms: u16,
}

const MESSAGE: [u8; 256] = [b'm'; 256];

fn fits(rows: &[(i64, usize)], limits: &Limits) -> bool {
    let nbytes: u64 = rows.iter().map(|(_, len)| limits.event_bytes(*len as u64)).sum();
    let times = || rows.iter().map(|(timestamp, _)| *timestamp);
    rows.len() as u64 <= limits.max_batch_events
        && nbytes <= limits.max_batch_bytes
        && times().max().unwrap_or(0) - times().min().unwrap_or(0) <= limits.max_batch_span_ms
}

fn rows(batch: &Batch) -> Vec<(i64, usize)> {
    batch.rows().iter().map(|row| (row.timestamp, row.message_len())).collect()
}

fn check(batches: &[Batch], limits: &Limits, mut expected: Vec<u64>) {
    for batch in batches {
        assert!(!batch.rows().is_empty() && fits(&rows(batch), limits));
        assert!(batch.rows().is_sorted_by_key(|row| (row.timestamp, row.position)));
        let nbytes: u64 = batch.rows().iter().map(|row| limits.event_bytes(row.message_len() as u64)).sum();
        assert_eq!(batch.nbytes(), nbytes);
    }
    let mut left: Vec<_> = batches.iter().flat_map(|batch| batch.rows().iter().map(|row| row.position)).collect();
    left.sort_unstable();
    expected.sort_unstable();
    assert_eq!(left, expected);
}

fuzz_target!(|input: Input| {
    let limits = Limits {
        max_batch_bytes: u64::from(input.max_batch_bytes),
        max_batch_events: u64::from(input.max_batch_events),
        max_batch_span_ms: i64::from(input.max_batch_span_ms),
        ..Limits::default()
    };
    let Ok(limits) = limits.validated() else { return };
    let admission = Admission { limits, ..Admission::default() };
    let mut sequence = Sequence::new(admission, OnReject::Collect, EventTable::default());
    let mut stream = Stream::new(admission, OnReject::Collect);
    let mut streamed = Vec::new();
    let mut expected = Vec::new();
    for (position, (timestamp, len)) in input.events.iter().enumerate() {
        let text = Text::Ascii(&MESSAGE[..usize::from(*len)]);
        sequence.admit(i64::from(*timestamp), text).expect("collected");
        stream.admit(i64::from(*timestamp), text).expect("collected");
        streamed.extend(std::iter::from_fn(|| stream.take_closed()).map(|table| Batch::of_table(table, &limits)));
        if *len > 0 && u64::from(*len) <= limits.max_message_bytes() {
            expected.push(position as u64);
        }
    }
    stream.close_all();
    streamed.extend(std::iter::from_fn(|| stream.take_closed()).map(|table| Batch::of_table(table, &limits)));
    check(&streamed, &limits, expected.clone());
    let whole: Vec<_> = sequence.finish().collect();
    check(&whole, &limits, expected);
    for pair in whole.windows(2) {
        let mut more = rows(&pair[0]);
        more.push(rows(&pair[1])[0]);
        assert!(!fits(&more, &limits), "a batch ended though the next event fits");
    }
});
