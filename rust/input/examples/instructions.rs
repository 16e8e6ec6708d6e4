//! Work of a known size for an instruction counter: `instructions CASE EVENTS PASSES` takes so many events from where
//! they come in to finished bodies, so many times. What an event takes is the difference that one more pass makes.

use bytes::Bytes;
use cordwood_core::{Admission, Batch, Frame, OnReject, StreamBatcher, Text};
use cordwood_input::{
    DetectOptions, DocumentEvents, Extra, LineEvents, LineFormat, Step, TimestampResolver, detect,
};

fn message(case: &str, number: usize) -> String {
    match case {
        "json" => {
            format!(r#"{{"level":"info","user":{{"id":{number:08}}},"path":"/a/b/c","took":17,"tags":["x","y"]}}"#)
        }
        "cjk" => format!("{number:08} {}", "日志事件批次時間戳記服务器请求成功".repeat(2)),
        _ => format!("{number:08} {}", "request served from cache; session opened, session closed; queue drained"),
    }
}

fn line(case: &str, number: usize) -> String {
    let (second, millisecond) = (number / 1000 % 60, number % 1000);
    match case {
        "json lines" => format!(
            "{{\"level\":\"info\",\"ts\":\"2025-10-10T20:55:{second:02}.{millisecond:03}Z\",\"msg\":\"request {number:08}\"}}\n"
        ),
        "documents" => format!(
            "{{\"timestamp\":17670000{second:02}{millisecond:03},\"message\":\"{}\"}}\n",
            message("", number)
        ),
        _ => format!("2025-10-10 20:55:{second:02},{millisecond:03} INFO request {number:08} served from cache\n"),
    }
}

/// Hands events to a stream, and writes the bodies that they fill.
struct Bodies {
    stream: StreamBatcher,
    frame: Frame,
    admission: Admission,
    body: Vec<u8>,
    written: usize,
}

impl Bodies {
    fn take(&mut self, timestamp: i64, message: Text<'_>) {
        self.stream.admit(timestamp, message).expect("rejected events are collected");
        self.write_closed();
    }

    #[inline]
    fn write_closed(&mut self) {
        if self.stream.has_closed() {
            self.write();
        }
    }

    fn write(&mut self) {
        while let Some(closed) = self.stream.take_closed() {
            let batch = Batch::of_closed(closed, &self.admission.limits);
            self.body.resize(self.frame.body_len(&batch), 0);
            self.frame.write(&batch, &mut self.body);
            self.written += self.body.len();
        }
    }
}

/// How the lines of a case become events.
fn format_of(case: &str, input: &[String]) -> Option<LineFormat> {
    let sample = input.iter().take(100).cloned().collect::<String>();
    let options = DetectOptions { now_ms: 1_790_000_000_000, ..DetectOptions::default() };
    let clock = TimestampResolver::new("UTC", None, 1_790_000_000_000).expect("UTC is a zone");
    case.ends_with("lines")
        .then(|| detect(&[sample.as_bytes()], &options).line_format(clock, None).expect("lines"))
}

/// One pass over the input; the bytes of the bodies.
fn pass(case: &str, input: &[String], format: Option<&LineFormat>) -> usize {
    let admission = Admission::default();
    let mut bodies = Bodies {
        stream: StreamBatcher::new(admission, OnReject::Collect),
        frame: Frame::new("g", "s", None, None).expect("plain names"),
        admission,
        body: Vec::new(),
        written: 0,
    };
    if case == "documents" {
        let mut documents = DocumentEvents::new(Extra::Reject);
        let mut take = |documents: &mut DocumentEvents| {
            while let Step::Event { timestamp, message, .. } = documents.next() {
                bodies.take(timestamp, message);
            }
        };
        for chunk in input.chunks(1000) {
            documents.feed(chunk.concat().as_bytes());
            take(&mut documents);
        }
        documents.finish();
        take(&mut documents);
    } else if let Some(format) = format {
        let mut lines = LineEvents::new(format.clone());
        for chunk in input.chunks(1000) {
            let chunk = Bytes::from(chunk.concat());
            bodies.stream.lend(chunk.clone());
            lines.feed(chunk);
            while let Some(event) = lines.next_counted() {
                bodies.stream.admit_counted(event.timestamp, event.message, event.escaped_len).expect("collected");
                bodies.write_closed();
            }
            while let Step::Event { timestamp, message, .. } = lines.next() {
                bodies.take(timestamp, message);
            }
        }
        lines.finish();
        while let Step::Event { timestamp, message, .. } = lines.next() {
            bodies.take(timestamp, message);
        }
    } else {
        for (timestamp, message) in (1_767_225_600_000..).step_by(10).zip(input) {
            bodies.take(timestamp, Text::of_utf8(message.as_bytes()));
        }
    }
    bodies.stream.close_all();
    bodies.write();
    bodies.written
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, case, events, passes] = &arguments[..] else { panic!("pass CASE EVENTS PASSES") };
    let events = events.parse::<usize>().expect("a number of events");
    let make = if case.ends_with("lines") || case == "documents" { line } else { message };
    let input: Vec<String> = (0..events).map(|number| make(case, number)).collect();
    let format = format_of(case, &input);
    for _ in 0..passes.parse::<usize>().expect("a number of passes") {
        println!("{}", pass(case, &input, format.as_ref()));
    }
}
