//! Each routine of the core beside its naive twin, or beside what std or serde_json offers for the same job.
//!
//! A batch is 10,000 messages of about 100 bytes of UTF-8. Rates are bytes of message text, or events, a second.

use std::hint::black_box;
use std::time::Duration;

use cordwood_core::{
    Batch, ClosedBy, EventSink, EventTable, Extent, Frame, Limits, Piece, Text, Window, escaped_len,
    first_batch_size, write_escaped,
};
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;

const EVENTS: u64 = 10_000;
const MESSAGE_BYTES: usize = 100;
const NOW: i64 = 1_700_000_000_000;
const DAY: u64 = 86_400_000;
const ASCII: &str = "GET /shop/cart?item=1138 200 17ms ";
const JSON: &str = r#"{"a":1,"msg":"ok"},"#;
const CJK: &str = "日志事件已写入存储";

/// Scattered, but the same in every run.
fn scatter(i: u64) -> u64 {
    i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32
}

/// Messages that begin with their number and go on with `pattern`, as close to 100 bytes as characters allow.
fn messages(pattern: &str) -> Vec<String> {
    let message = |i| {
        let text = format!("{i:05} {}", pattern.repeat(MESSAGE_BYTES));
        text[..text.floor_char_boundary(MESSAGE_BYTES)].to_owned()
    };
    (0..EVENTS).map(message).collect()
}

fn nbytes(messages: &[String]) -> Throughput {
    Throughput::Bytes(messages.iter().map(|m| m.len() as u64).sum())
}

fn timestamps(order: &str) -> Vec<i64> {
    let after_now = |i: u64| match order {
        "in order" => i,
        "jittered" => i + scatter(i) % 50,
        // Four streams, far enough apart that no batch can hold two of them.
        "interleaved" => i + i % 4 * 2 * DAY,
        _ => scatter(i) % DAY,
    };
    (0..EVENTS).map(|i| NOW + after_now(i).cast_signed()).collect()
}

/// What the accounting hands to a table or a window.
fn fill(sink: &mut impl EventSink, timestamps: &[i64], messages: &[String]) {
    for ((&timestamp, message), position) in timestamps.iter().zip(messages).zip(0..) {
        let text = Text::Utf8(message.as_bytes());
        sink.push(&Piece { timestamp, position, text, len: message.len(), extent: Extent::Whole });
    }
}

fn table(timestamps: &[i64], messages: &[String]) -> EventTable {
    let mut table = EventTable::default();
    fill(&mut table, timestamps, messages);
    table
}

/// One way of doing a job: `[the job, the way, the input]`.
fn bench<R>(c: &mut Criterion, [job, way, input]: [&str; 3], work: &Throughput, mut run: impl FnMut() -> R) {
    let mut group = c.benchmark_group(job);
    group.throughput(work.clone());
    group.bench_function(BenchmarkId::new(way, input), |b| b.iter(&mut run));
    group.finish();
}

fn text_as<U: Copy + Into<u32>>(
    c: &mut Criterion,
    name: &str,
    messages: &[String],
    encode: impl Fn(char) -> U,
    text: impl for<'a> Fn(&'a [U]) -> Text<'a>,
) {
    let units: Vec<Vec<U>> = messages.iter().map(|message| message.chars().map(&encode).collect()).collect();
    let texts: Vec<Text<'_>> = units.iter().map(|units| text(units)).collect();
    let char_of = |&unit: &U| char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER);
    let work = nbytes(messages);
    bench(c, ["measure", "cordwood", name], &work, || {
        black_box(&texts).iter().map(|text| text.measure().len).sum::<usize>()
    });
    bench(c, ["measure", "char by char", name], &work, || {
        black_box(&units).iter().flatten().map(|unit| char_of(unit).len_utf8()).sum::<usize>()
    });

    let mut arena = Vec::new();
    bench(c, ["append", "cordwood", name], &work, || {
        arena.clear();
        black_box(&texts).iter().for_each(|text| text.append_to(&mut arena));
        arena.len()
    });
    let mut arena = String::new();
    bench(c, ["append", "char by char", name], &work, || {
        arena.clear();
        arena.extend(black_box(&units).iter().flatten().map(char_of));
        arena.len()
    });
}

fn text(c: &mut Criterion) {
    // The encoders see only characters of their own width.
    let byte = |c: char| u8::try_from(c).unwrap_or(b'?');
    text_as(c, "ascii", &messages(ASCII), byte, |units| Text::Ascii(units));
    text_as(c, "latin-1", &messages("Überführung für Größe geprüft, "), byte, |units| Text::Latin1(units));
    let unit = |c: char| u16::try_from(u32::from(c)).unwrap_or(u16::MAX);
    text_as(c, "cjk", &messages(CJK), unit, |units| Text::Ucs2(units));
    text_as(c, "emoji", &messages("😀🪵🔥 "), u32::from, |units| Text::Ucs4(units));
}

/// The naive twin: byte by byte.
fn escape_bytewise(text: &[u8], out: &mut Vec<u8>) {
    for &byte in text {
        match byte {
            b'"' => out.extend(b"\\\""),
            b'\\' => out.extend(b"\\\\"),
            8 => out.extend(b"\\b"),
            9 => out.extend(b"\\t"),
            10 => out.extend(b"\\n"),
            12 => out.extend(b"\\f"),
            13 => out.extend(b"\\r"),
            0..0x20 => out.extend([
                b'\\',
                b'u',
                b'0',
                b'0',
                b'0' + (byte >> 4),
                b"0123456789abcdef"[usize::from(byte & 15)],
            ]),
            _ => out.push(byte),
        }
    }
}

fn escaped_len_bytewise(text: &[u8]) -> usize {
    let len = |byte: u8| {
        if matches!(byte, b'"' | b'\\' | 8..=10 | 12 | 13) { 2 } else { 1 + 5 * usize::from(byte < 0x20) }
    };
    text.iter().map(|&byte| len(byte)).sum()
}

fn escape(c: &mut Criterion) {
    let controls = "\u{1b}[32mINFO\u{1b}[0m\tdone\r\n";
    for (name, pattern) in [("clean", ASCII), ("json in json", JSON), ("controls", controls), ("cjk", CJK)] {
        let messages = messages(pattern);
        let work = nbytes(&messages);
        let total =
            |len: fn(&[u8]) -> usize| black_box(&messages).iter().map(|m| len(m.as_bytes())).sum::<usize>();
        bench(c, ["escaped_len", "cordwood", name], &work, || total(escaped_len));
        bench(c, ["escaped_len", "byte by byte", name], &work, || total(escaped_len_bytewise));

        let mut room = vec![0; total(escaped_len)];
        bench(c, ["write_escaped", "cordwood", name], &work, || {
            let mut written = 0;
            for message in black_box(&messages) {
                written += write_escaped(message.as_bytes(), &mut room[written..]);
            }
            written
        });
        let mut out = Vec::new();
        bench(c, ["write_escaped", "byte by byte", name], &work, || {
            out.clear();
            black_box(&messages).iter().for_each(|message| escape_bytewise(message.as_bytes(), &mut out));
            out.len()
        });
        bench(c, ["write_escaped", "serde_json::to_string", name], &work, || {
            black_box(&messages).iter().map(|m| serde_json::to_string(m).map_or(0, |s| s.len())).sum::<usize>()
        });
    }
}

fn sort(c: &mut Criterion) {
    let mut group = c.benchmark_group("sort");
    group.throughput(Throughput::Elements(EVENTS));
    for order in ["in order", "jittered", "interleaved", "random"] {
        let timestamps = timestamps(order);
        // Sorting moves rows only: an arena of one byte an event makes the copies cheap.
        let table = table(&timestamps, &vec!["m".to_owned(); timestamps.len()]);
        group.bench_function(BenchmarkId::new("cordwood", order), |b| {
            b.iter_batched_ref(|| table.clone(), EventTable::sort, BatchSize::LargeInput);
        });
        let pairs: Vec<(i64, u64)> = timestamps.into_iter().zip(0..).collect();
        group.bench_function(BenchmarkId::new("sort_by_key of pairs", order), |b| {
            b.iter_batched_ref(|| pairs.clone(), |pairs| pairs.sort_by_key(|p| p.0), BatchSize::LargeInput);
        });
    }
    group.finish();
}

fn cut(c: &mut Criterion) {
    let table = table(&timestamps("in order"), &messages(ASCII));
    let limits = Limits::default();
    let work = Throughput::Elements(first_batch_size(table.rows(), &limits).0 as u64);
    bench(c, ["cut", "cordwood", "in order"], &work, || first_batch_size(black_box(table.rows()), &limits));
    bench(c, ["cut", "sums and binary search", "in order"], &work, || {
        let rows = black_box(table.rows());
        let bytes = rows.iter().map(|row| limits.event_bytes(row.message_len() as u64));
        let sums: Vec<u64> = bytes
            .scan(0, |sum, bytes| {
                Some({
                    *sum += bytes;
                    *sum
                })
            })
            .collect();
        let by_bytes = sums.partition_point(|&nbytes| nbytes <= limits.max_batch_bytes);
        let last = rows[0].timestamp.saturating_add(limits.max_batch_span_ms);
        by_bytes.min(rows.partition_point(|row| row.timestamp <= last))
    });
}

fn window(c: &mut Criterion) {
    let messages = messages(ASCII);
    let work = Throughput::Elements(EVENTS);
    for order in ["in order", "interleaved"] {
        let timestamps = timestamps(order);
        bench(c, ["window", "cordwood", order], &work, || {
            let mut window = Window::new(Limits::default());
            fill(&mut window, &timestamps, &messages);
            window.close_all(ClosedBy::End);
            window
        });
        bench(c, ["window", "one table, no window", order], &work, || table(&timestamps, &messages));
    }
}

fn body(c: &mut Criterion) {
    let frame = Frame::new("/demo/shop", "web-1", None, None).expect("the names are legal");
    let timestamps = timestamps("in order");
    for (name, pattern) in [("ascii", ASCII), ("json in json", JSON), ("cjk", CJK)] {
        let messages = messages(pattern);
        let work = nbytes(&messages);
        let batch = Batch::of_table(table(&timestamps, &messages), &Limits::default());
        bench(c, ["body", "cordwood", name], &work, || {
            let mut out = vec![0; frame.body_len(black_box(&batch))];
            frame.write(&batch, &mut out);
            out
        });
        let events: Vec<_> =
            timestamps.iter().zip(&messages).map(|(t, m)| json!({"timestamp": t, "message": m})).collect();
        let request = json!({"logGroupName": "/demo/shop", "logStreamName": "web-1", "logEvents": events});
        bench(c, ["body", "serde_json::to_vec", name], &work, || serde_json::to_vec(black_box(&request)));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .nresamples(10_000);
    targets = text, escape, sort, cut, window, body
}
criterion_main!(benches);
