//! Event documents to events, beside serde_json: run with `cargo bench --package cordwood-input`.

use std::hint::black_box;
use std::io::{Read, Write};

use bytes::Bytes;
use cordwood_core::{Admission, Batch, Frame, Limits, OnReject, StreamBatcher, Text};
use cordwood_input::{
    Compression, CountedEvent, Decompressor, DetectOptions, DocumentEvents, Extra, LineEvents, LineFormat, Step,
    TimestampResolver, detect,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

const CHUNK: usize = 1 << 20;

fn lines(message: &str, bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes + 1000);
    let mut i: u64 = 1_700_000_000_000;
    let message = serde_json::to_string(message).unwrap();
    while out.len() < bytes {
        out.extend_from_slice(format!("{{\"timestamp\":{i},\"message\":{message}}}\n").as_bytes());
        i += 7;
    }
    out
}

fn read(input: &[u8]) -> (u64, usize) {
    let mut documents = DocumentEvents::new(Extra::Reject);
    let (mut events, mut bytes) = (0, 0);
    let mut chunks = input.chunks(CHUNK);
    loop {
        match documents.next() {
            Step::Event { message, .. } => {
                events += 1;
                bytes += message.measure().len;
            }
            Step::NeedInput => match chunks.next() {
                Some(chunk) => documents.feed(chunk),
                None => documents.finish(),
            },
            Step::End => return (events, bytes),
            // (Not to be shown: its address would be taken, and the step then be in memory, for all steps.)
            _ => panic!("an input without a fault"),
        }
    }
}

fn read_with_serde_json(input: &[u8]) -> (u64, usize) {
    let (mut events, mut bytes) = (0, 0);
    for line in input.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let event: serde_json::Value = serde_json::from_slice(line).unwrap();
        events += 1;
        bytes += event["message"].as_str().unwrap().len();
        black_box(event["timestamp"].as_i64());
    }
    (events, bytes)
}

fn documents(criterion: &mut Criterion) {
    let shapes = [
        ("ASCII", "x".repeat(100)),
        ("CJK", "日志事件".repeat(9)),
        ("JSON", r#"{"level":"info","user":{"id":17},"path":"/a"}"#.repeat(2)),
        ("5 bytes", "hello".to_owned()),
    ];
    for (name, message) in shapes {
        let input = lines(&message, 8 << 20);
        assert_eq!(read(&input), read_with_serde_json(&input));
        let mut group = criterion.benchmark_group(format!("documents/{name}"));
        group.throughput(Throughput::Bytes(input.len() as u64));
        group.bench_function("read", |bencher| bencher.iter(|| read(black_box(&input))));
        group.bench_function("peer: serde_json", |bencher| {
            bencher.iter(|| read_with_serde_json(black_box(&input)));
        });
        group.finish();
    }
}

/// Text and JSON lines to finished bodies: split, told apart, checked, put into batches, written.
fn line_logs(criterion: &mut Criterion) {
    let text = logged(8 << 20, |i| {
        format!(
            "2025-10-10 20:{:02}:{:02},{:03} INFO  [main] com.example.Service - request {i:09} took {} ms, {}\n",
            i / 60_000 % 60,
            i / 1000 % 60,
            i % 1000,
            i % 97,
            "x".repeat(10)
        )
    });
    let json = logged(8 << 20, |i| {
        format!(
            "{{\"level\":\"info\",\"ts\":\"2025-10-10T20:{:02}:{:02}.{:03}Z\",\"msg\":\"request {i:09}\",\"took\":{}}}\n",
            i / 60_000 % 60,
            i / 1000 % 60,
            i % 1000,
            i % 97
        )
    });
    let long = logged(8 << 20, |i| {
        format!(
            "{{\"level\":\"info\",\"ts\":\"2025-10-10T20:{:02}:{:02}.{:03}Z\",\"logger\":\"http\",\"caller\":\"server/handler.go:128\",\
             \"msg\":\"request served\",\"request_id\":\"{:016x}{i:016x}\",\"method\":\"GET\",\"path\":\"/shop/cart?item={i}\",\
             \"status\":200,\"bytes\":{},\"duration_ms\":{}.25,\"remote\":\"10.1.{}.3:51234\",\
             \"user_agent\":\"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\",\"ok\":{}}}\n",
            i / 60_000 % 60,
            i / 1000 % 60,
            i % 1000,
            i.wrapping_mul(0x9E37_79B9_7F4A_7C15),
            i % 9973,
            i % 97,
            i % 250,
            i % 3 > 0
        )
    });
    // No line has the members of the one before: what lines share is of no use.
    let shapes = logged(8 << 20, |i| {
        let members: String = (0..6)
            .filter(|bit| i.wrapping_mul(0x9E37_79B1) >> (20 + bit) & 1 == 0)
            .fold(String::new(), |members, bit| members + &format!(",\"member{bit}\":\"{i:04}\""));
        format!("{{\"ts\":\"2025-10-10T20:55:36.{:03}Z\"{members},\"took\":{}}}\n", i % 1000, i % 97)
    });
    let logs = [
        ("text", text),
        ("JSON lines", json),
        ("JSON lines of a server", long),
        ("JSON lines of many shapes", shapes),
    ];
    for (name, input) in logs {
        let found =
            detect(&[&input[..1 << 16]], &DetectOptions { now_ms: 1_790_000_000_000, ..DetectOptions::default() });
        let clock = TimestampResolver::new("UTC", None, 1_790_000_000_000).unwrap();
        let format = found.line_format(clock, None).unwrap();
        let mut group = criterion.benchmark_group(format!("lines/{name}"));
        group.throughput(Throughput::Bytes(input.len() as u64));
        let chunks: Vec<Bytes> = input.chunks(CHUNK).map(Bytes::copy_from_slice).collect();
        assert_eq!(events_of(&chunks, &format), input.split(|&byte| byte == b'\n').count() as u64 - 1);
        group.bench_function("to events", |bencher| bencher.iter(|| events_of(black_box(&chunks), &format)));
        group.bench_function("to bodies", |bencher| bencher.iter(|| bodies_of(black_box(&chunks), &format)));
        group.finish();
    }
}

fn logged(bytes: usize, line: impl Fn(usize) -> String) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes + 1000);
    for i in 0.. {
        if out.len() >= bytes {
            break;
        }
        out.extend_from_slice(line(i).as_bytes());
    }
    out
}

/// What takes the events of a log.
trait Take {
    fn lend(&mut self, _: &Bytes) {}
    fn counted(&mut self, event: CountedEvent<'_>);
    fn other(&mut self, timestamp: i64, message: Text<'_>);
}

/// Reads a log that comes in chunks, as the program does.
fn read_lines(chunks: &[Bytes], format: &LineFormat, into: &mut impl Take) {
    let mut lines = LineEvents::new(format.clone());
    let mut chunks = chunks.iter();
    loop {
        while let Some(event) = lines.next_counted() {
            into.counted(event);
        }
        match lines.next() {
            Step::Event { timestamp, message, .. } => into.other(timestamp, message),
            Step::NeedInput => match chunks.next() {
                Some(chunk) => {
                    into.lend(chunk);
                    lines.feed(chunk.clone());
                }
                None => lines.finish(),
            },
            Step::End => return,
            _ => panic!("an input without a fault"),
        }
    }
}

/// Counts them.
struct Count(u64);

impl Take for Count {
    fn counted(&mut self, event: CountedEvent<'_>) {
        black_box(event.message);
        self.0 += 1;
    }

    fn other(&mut self, _: i64, _: Text<'_>) {
        self.0 += 1;
    }
}

fn events_of(chunks: &[Bytes], format: &LineFormat) -> u64 {
    let mut count = Count(0);
    read_lines(chunks, format, &mut count);
    count.0
}

struct Bodies {
    stream: StreamBatcher,
    frame: Frame,
    body: Vec<u8>,
    written: usize,
}

impl Take for Bodies {
    fn lend(&mut self, chunk: &Bytes) {
        drop(self.stream.lend(chunk.clone()));
    }

    #[inline]
    fn counted(&mut self, event: CountedEvent<'_>) {
        self.stream.admit_counted(event.timestamp, event.message, event.escaped_len).unwrap();
        if self.stream.has_closed() {
            self.write_closed();
        }
    }

    fn other(&mut self, timestamp: i64, message: Text<'_>) {
        self.stream.admit(timestamp, message).unwrap();
        if self.stream.has_closed() {
            self.write_closed();
        }
    }
}

impl Bodies {
    fn write_closed(&mut self) {
        while let Some(closed) = self.stream.take_closed() {
            let batch = Batch::of_closed(closed, &Limits::default());
            self.body.resize(self.frame.body_len(&batch), 0);
            self.frame.write(&batch, &mut self.body);
            self.written += self.body.len();
        }
    }
}

fn bodies_of(chunks: &[Bytes], format: &LineFormat) -> usize {
    let stream = StreamBatcher::new(Admission::default(), OnReject::Collect);
    let frame = Frame::new("g", "s", None, None).unwrap();
    let mut bodies = Bodies { stream, frame, body: Vec::new(), written: 0 };
    read_lines(chunks, format, &mut bodies);
    bodies.stream.close_all();
    bodies.write_closed();
    bodies.written
}

/// Compressed logs, a chunk at a time, beside the libraries' own readers.
fn unpack(criterion: &mut Criterion) {
    let text = logged(8 << 20, |i| {
        format!("2025-10-10 20:55:36,{:03} INFO request {i:09} took {} ms\n", i % 1000, i % 97)
    });
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&text).unwrap();
    let packed = [
        ("gzip", gzip.finish().unwrap(), Compression::Gzip),
        ("zstd", zstd::encode_all(&text[..], 3).unwrap(), Compression::Zstd),
    ];
    for (name, packed, compression) in packed {
        let mut group = criterion.benchmark_group(format!("unpack/{name}"));
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function("read", |bencher| {
            bencher.iter(|| {
                let (mut decompressor, mut input, mut bytes) =
                    (Decompressor::new(compression).unwrap(), &packed[..], 0);
                loop {
                    let mut output = Vec::with_capacity(CHUNK);
                    input = &input[decompressor.run(input, &mut output).unwrap()..];
                    bytes += output.len();
                    if output.is_empty() {
                        break bytes;
                    }
                }
            });
        });
        group.bench_function("peer: the library", |bencher| {
            bencher.iter(|| {
                let mut output = Vec::with_capacity(text.len());
                match name {
                    "gzip" => MultiGzDecoder::new(&packed[..]).read_to_end(&mut output).unwrap(),
                    _ => zstd::Decoder::new(&packed[..]).unwrap().read_to_end(&mut output).unwrap(),
                }
            });
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(std::time::Duration::from_secs(2));
    targets = documents, line_logs, unpack
}
criterion_main!(benches);
