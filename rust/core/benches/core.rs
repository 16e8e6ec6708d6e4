//! Each routine of the core beside a peer in the same group: its naive twin, or what std or serde_json would do.
//!
//! Batches of 10,000 messages of about 100 bytes, but for the single texts.

use std::hint::black_box;
use std::time::Duration;

use cordwood_core::{
    Admission, Batch, EventSink, EventTable, Frame, Limits, OnReject, Piece, Sequence, Stream, Text, escaped_len,
    next_cut, write_escaped,
};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use serde::Serialize;

const EVENTS: usize = 10_000;
const DAY: i64 = 86_400_000;

/// A generator that needs no crate and gives the same numbers on every machine (splitmix64).
fn random(seed: usize, below: i64) -> i64 {
    let mut x = (seed as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 1).cast_signed() % below
}

fn small(number: usize) -> i64 {
    i64::try_from(number).expect("a bench's numbers are small")
}

fn orders() -> [(&'static str, Vec<i64>); 4] {
    let times = |of: fn(usize) -> i64| (0..EVENTS).map(of).collect();
    [
        ("in order", times(small)),
        ("jittered", times(|i| small(i) + random(i, 16))),
        ("interleaved", times(|i| small(i / 4) + small(i % 4) * 1_000)),
        ("random", times(|i| random(i, 1 << 32))),
    ]
}

fn shapes() -> [(&'static str, String); 4] {
    [
        ("clean", "GET /index.html HTTP/1.1 200 5316 \"-\"".replace('"', "'").repeat(3)),
        ("JSON", r#"{"level":"info","path":"/a/b","ms":12,"user":"x"}"#.repeat(2)),
        ("control", "a\tb\u{1}c\n".repeat(16)),
        ("CJK", "日志事件".repeat(8)),
    ]
}

fn table(times: &[i64], message: &str) -> EventTable {
    let mut table = EventTable::default();
    for (position, &timestamp) in times.iter().enumerate() {
        table.push(&Piece {
            timestamp,
            position: position as u64,
            text: Text::Utf8(message.as_bytes()),
            len: message.len(),
            completes_event: true,
        });
    }
    table
}

fn texts(c: &mut Criterion) {
    let ascii = "x".repeat(100);
    let latin1: Vec<u8> = (0..100).map(|i| if i % 4 == 0 { 0xE9 } else { b'x' }).collect();
    let ucs2: Vec<u16> = "日志事件".repeat(25).encode_utf16().collect();
    let ucs4: Vec<u32> = "log 😀 ".repeat(17).chars().map(u32::from).collect();
    let cases = [
        ("ASCII", Text::Ascii(ascii.as_bytes())),
        ("Latin-1", Text::Latin1(&latin1)),
        ("CJK", Text::Ucs2(&ucs2)),
        ("emoji", Text::Ucs4(&ucs4)),
    ];
    for (name, text) in cases {
        let mut group = c.benchmark_group(format!("text/{name}"));
        group.throughput(Throughput::Bytes(text.measure().len as u64));
        group.bench_function("measure", |b| b.iter(|| black_box(&text).measure()));
        let mut out = Vec::with_capacity(1024);
        group.bench_function("append", |b| {
            b.iter(|| {
                out.clear();
                black_box(&text).append_to(&mut out);
            });
        });
        let units: Vec<char> = text.to_utf8().chars().collect();
        group.bench_function("peer: a String, char by char", |b| {
            b.iter(|| black_box(&units).iter().collect::<String>());
        });
    }
}

fn escapes(c: &mut Criterion) {
    for (name, text) in shapes() {
        let mut group = c.benchmark_group(format!("escape/{name}"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        let mut out = vec![0; escaped_len(text.as_bytes())];
        group.bench_function("length", |b| b.iter(|| escaped_len(black_box(text.as_bytes()))));
        group.bench_function("write", |b| b.iter(|| write_escaped(black_box(text.as_bytes()), &mut out)));
        let mut json = Vec::with_capacity(out.len() + 2);
        group.bench_function("peer: serde_json", |b| {
            b.iter(|| {
                json.clear();
                serde_json::to_writer(&mut json, black_box(&text)).expect("memory does not fail");
            });
        });
    }
}

fn sorts(c: &mut Criterion) {
    for (name, times) in orders() {
        let mut group = c.benchmark_group(format!("sort/{name}"));
        group.throughput(Throughput::Elements(EVENTS as u64));
        let unsorted = table(&times, "m");
        group.bench_function("table", |b| {
            b.iter_batched_ref(|| unsorted.clone(), EventTable::sort, BatchSize::LargeInput);
        });
        let pairs: Vec<_> = times.iter().zip(0_u64..).map(|(&timestamp, i)| (timestamp, i)).collect();
        group.bench_function("peer: std's sort of pairs", |b| {
            b.iter_batched_ref(|| pairs.clone(), |pairs| pairs.sort_by_key(|pair| pair.0), BatchSize::LargeInput);
        });
    }
}

fn cuts(c: &mut Criterion) {
    let limits = Limits::default();
    let mut group = c.benchmark_group("cut");
    group.throughput(Throughput::Elements(EVENTS as u64));
    let times: Vec<_> = (0..EVENTS).map(small).collect();
    let sorted = table(&times, "m");
    group.bench_function("next_cut", |b| b.iter(|| next_cut(black_box(sorted.rows()), &limits)));
    group.bench_function("peer: a sum over the rows", |b| {
        b.iter(|| black_box(sorted.rows()).iter().map(|row| row.message_len() as u64 + 26).sum::<u64>());
    });
}

fn streams(c: &mut Criterion) {
    let message = "x".repeat(100);
    let days = |count: i64| (0..EVENTS).map(|i| small(i) + small(i) % count * 2 * DAY).collect::<Vec<_>>();
    let mut group = c.benchmark_group("intake");
    group.throughput(Throughput::Elements(EVENTS as u64));
    for (name, times) in [("one day", days(1)), ("two days interleaved", days(2)), ("eight days", days(8))] {
        group.bench_function(format!("window, {name}"), |b| {
            b.iter(|| {
                let mut stream = Stream::new(Admission::default(), OnReject::Error);
                for &timestamp in &times {
                    stream.admit(timestamp, Text::Ascii(message.as_bytes())).expect("it is legal");
                }
                stream.close_all();
                std::iter::from_fn(|| stream.take_closed()).count()
            });
        });
    }
    let times = days(1);
    group.bench_function("peer: one table, no window", |b| {
        b.iter(|| {
            let mut sequence = Sequence::new(Admission::default(), OnReject::Error, EventTable::default());
            for &timestamp in &times {
                sequence.admit(timestamp, Text::Ascii(message.as_bytes())).expect("it is legal");
            }
            sequence.finish().count()
        });
    });
}

#[derive(Serialize)]
struct Event<'a> {
    timestamp: i64,
    message: &'a str,
}

fn bodies(c: &mut Criterion) {
    let times: Vec<_> = (0..8_000).map(|i| 1_700_000_000_000 + i).collect();
    let frame = Frame::new("group", "stream", None, None).expect("the names are legal");
    for (name, message) in shapes() {
        let batch = Batch::of_table(table(&times, &message), &Limits::default());
        let mut out = vec![0; frame.body_len(&batch)];
        let mut group = c.benchmark_group(format!("body/{name}"));
        group.throughput(Throughput::Bytes(out.len() as u64));
        group.bench_function("write", |b| b.iter(|| frame.write(black_box(&batch), &mut out)));
        let events: Vec<_> = times.iter().map(|&timestamp| Event { timestamp, message: &message }).collect();
        let mut json = Vec::with_capacity(out.len() + 1024);
        group.bench_function("peer: serde_json", |b| {
            b.iter(|| {
                json.clear();
                serde_json::to_writer(&mut json, black_box(&events)).expect("memory does not fail");
            });
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(700));
    targets = texts, escapes, sorts, cuts, streams, bodies
}
criterion_main!(benches);
