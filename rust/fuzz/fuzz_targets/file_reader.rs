//! Any bytes as two files, of event documents or of lines: the same batches, rejections and counts however they are cut;
//! every event counted once; and what lies before `held_from` has left.
#![no_main]

use bytes::Bytes;
use cordwood_core::{Admission, Limits, Rejected, ResumeSet, encode_positions};
use cordwood_input::{
    DetectOptions, EventFilter, Extra, FileCounts, FileReader, FileReaderOptions, FormatKind, LineOptions,
    LineRules, ReadError, Regex, TimestampResolver, detect,
};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, PartialEq)]
struct Read {
    /// Position, timestamp and message.
    batched: Vec<(u64, i64, Vec<u8>)>,
    rejected: Vec<Rejected>,
    counts: FileCounts,
    newest: Option<i64>,
    held_from: u64,
    damaged: bool,
    errors: Vec<ReadError>,
}

fn reader(options: u8) -> FileReader {
    let limits = Limits { max_batch_events: 3, max_event_bytes: 26 + 200, ..Limits::default() };
    let filter = if options & 1 != 0 {
        EventFilter::new(Some(1000), None, None, Some(Regex::new("x").unwrap()))
    } else {
        EventFilter::default()
    };
    let resume = if options & 2 != 0 {
        ResumeSet::new(10, vec![(30, 50)], [encode_positions([60, 61, 99])]).unwrap()
    } else {
        ResumeSet::default()
    };
    FileReader::new(FileReaderOptions {
        admission: Admission { limits, ..Admission::default() },
        keep_rejected: options & 4 != 0,
        extra: Extra::Ignore,
        filter,
        resume,
        shift_ms: 7,
    })
}

fn rules(options: u8, file: &[u8]) -> Option<LineRules> {
    match options >> 3 & 3 {
        0 => None,
        1 => LineRules::without_timestamps(FormatKind::Text, LineOptions::default()),
        2 => LineRules::without_timestamps(FormatKind::Json, LineOptions::default()),
        _ => {
            let detected = detect(&[file], &DetectOptions::default());
            LineRules::detected(&detected, TimestampResolver::utc(), LineOptions::default())
        }
    }
}

/// Of a damaged document the payload is what was fed of the rest, which depends on the chunks.
fn without_cut_text(mut rejected: Rejected) -> Rejected {
    if let Some(payload) = rejected.payload.as_mut().filter(|payload| payload.truncated) {
        payload.text = Default::default();
    }
    rejected
}

fn read(options: u8, files: [&[u8]; 2], chunk: usize) -> Read {
    let mut reader = reader(options);
    let (mut batched, mut errors, mut held_from) = (vec![], vec![], 0);
    let mut look = |reader: &mut FileReader, result: Result<(), ReadError>| {
        let ended = result.is_err();
        errors.extend(result.err());
        for batch in reader.take_closed() {
            batched
                .extend(batch.rows().iter().map(|row| (row.position, row.timestamp, batch.message(row).to_vec())));
        }
        assert!(reader.held_from() >= held_from);
        held_from = reader.held_from();
        ended
    };
    'files: for (index, file) in files.into_iter().enumerate() {
        reader.start_file(1000 * index as u64, rules(options, file).as_ref(), Some(5)).unwrap();
        for chunk in file.chunks(chunk) {
            let fed = reader.feed(Bytes::copy_from_slice(chunk), 6);
            if look(&mut reader, fed) {
                break 'files; // not a document, or too many other layouts: nobody reads on
            }
        }
        let finished = reader.finish_file();
        if look(&mut reader, finished) {
            break;
        }
    }
    let flushed = reader.flush();
    look(&mut reader, flushed);
    batched.sort();
    let (counts, held_from) = (reader.counts(), reader.held_from());
    Read {
        rejected: reader.take_rejected().into_iter().map(without_cut_text).collect(),
        counts,
        newest: reader.newest_timestamp(),
        // After an error it depends on the chunks how much was fed.
        held_from: if errors.is_empty() { held_from } else { 0 },
        damaged: reader.is_damaged(),
        batched,
        errors,
    }
}

fuzz_target!(|input: (u8, u8, &[u8], &[u8])| {
    let (chunk, options, first, second) = input;
    // Files shorter than their distance.
    let files = [first, second].map(|file| &file[..file.len().min(1000)]);
    let whole = read(options, files, 1000);
    assert_eq!(read(options, files, usize::from(chunk).max(1)), whole);
    let FileCounts { events, batched, .. } = whole.counts;
    assert_eq!(events.admitted(), batched);
    assert_eq!(whole.batched.len() as u64, batched);
    assert_eq!(whole.rejected.len() as u64, events.all_rejected());
    assert!(whole.rejected.iter().all(|rejected| rejected.payload.is_some() || options & 4 == 0));
});
