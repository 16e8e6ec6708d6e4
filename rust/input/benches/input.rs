//! Event documents to events, beside serde_json: run with `cargo bench --package cordwood-input`.

use std::hint::black_box;

use cordwood_input::{Documents, Extra, Step};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

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
    let mut documents = Documents::new(Extra::Reject);
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
            other => panic!("{other:?}"),
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

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(std::time::Duration::from_secs(2));
    targets = documents
}
criterion_main!(benches);
