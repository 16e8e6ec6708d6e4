//! Bytes of files into log events. No Python, no clock, no I/O of its own: chunks in, events out.
//!
//! [`DocumentEvents`] and [`LineEvents`] take the bytes of a file in whatever pieces they come, and return one event after
//! the other, each with the byte offset at which it starts. [`FileReader`] batches those of many files. What they hold in
//! memory is bounded, whatever the input.
//!
//! | file | what it knows |
//! |---|---|
//! | `file_reader` | files one after the other: what is skipped, settled, batched, and where a later run resumes |
//! | `read_documents`, `read_lines`, `step` | the events of a document; of lines; what a reader finds next |
//! | `line_rules`, `line_format` | how the lines of one file become events, and where their timestamps come from |
//! | `lines`, `text_line` | where a line ends; whether a line of text begins an event, and its timestamp |
//! | `json/tokens`, `json/grammar` | JSON: its strings, numbers and words; its objects and arrays, with a visitor |
//! | `json/event`, `json/skip_value` | one event of a document; the end of a value that cannot be parsed |
//! | `json/line`, `json/timestamp` | one JSON object a line, as applications write them; the timestamp that a value is |
//! | `json/path_values`, `json/find_paths` | where the values of a line are; the slow way to find them |
//! | `json/structural_index`, `json/fast_path`, `json/shape_cache` | where the strings of a line end; the walk along those; what lines share |
//! | `time/formats`, `time/known_formats` | where in a line its timestamp is, and in which of the known formats |
//! | `time/fields`, `time/civil` | the parts of a timestamp as it is written; the milliseconds since 1970 they make |
//! | `detect` | what samples of a file show it to be |
//! | `decompress` | what compressed bytes, and those of other encodings, are |
//! | `event_filter`, `payload` | which events are wanted; the input of those that are rejected |
//! | `prefix` | whether bytes begin with others, quickly |

// Only `json/structural_index/vectors` has any: vectors, if the processor has them.
#![deny(unsafe_code)]

mod decompress;
mod detect;
mod event_filter;
mod file_reader;
mod header_lines;
mod json;
mod line_format;
mod line_rules;
mod lines;
mod payload;
mod prefix;
mod read_documents;
mod read_lines;
mod step;
mod text_line;
mod time;

pub use decompress::{Compression, Decompressor, TextDecoder};
pub use detect::{
    DetectOptions, Detected, FormatKind, LayoutSummary, LineCounts, Loss, Problem, ProblemKind, Resolved,
    Suggestion, detect, restored, saved,
};
pub use event_filter::EventFilter;
pub use file_reader::{FileCounts, FileReader, FileReaderOptions, ReadError, StartError};
pub use header_lines::HeaderLines;
pub use json::event::Extra;
pub use json::line::JsonLines;
pub use line_format::LineFormat;
pub use line_rules::{LineOptions, LineRules};
pub use lines::LineEnd;
pub use read_documents::DocumentEvents;
pub use read_lines::{CountedEvent, LineEvents, LinesRead};
pub use regex::bytes::Regex;
pub use step::{MAX_EVENT_INPUT_BYTES, Step};
pub use text_line::{OtherLayouts, TextLines, Untimed};
pub use time::civil::{LocalTime, TimestampResolver, ZoneClock};
pub use time::error::TimeError;
pub use time::fields::TimestampFields;
pub use time::formats::TimestampFormat;
pub use time::names::Weekdays;
pub use time::year_inference::infer_years;
pub use time::years::{Direction, YearSource, Years};
pub use time::zones::{WrittenZone, ZoneName};
