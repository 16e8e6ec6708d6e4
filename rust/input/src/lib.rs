//! Bytes of files into log events. No Python, no clock, no I/O of its own: chunks in, events out.
//!
//! [`DocumentEvents`] takes the bytes of event documents in whatever pieces they come and hands out one event after the
//! other, each with the byte offset at which it starts. What it holds is bounded whatever the input.
//!
//! | file | the one thing it knows |
//! |---|---|
//! | `file_reader` | files one after the other: what is skipped, settled, batched, and from where on a later run reads |
//! | `read_documents` | where in a document it is: between events, in an array, behind an error |
//! | `read_lines` | which lines make an event |
//! | `line_rules` | how the lines of one file become events, and where their timestamps come from |
//! | `lines` | where a line ends |
//! | `text_line` | one line of text: whether it begins an event, and its timestamp |
//! | `json/line` | one JSON object a line, as applications write them |
//! | `json/event` | one event of a document: its members, and why an object is not an event |
//! | `json/grammar` | JSON's grammar: strings, numbers, values to be passed over |
//! | `json/skip_value` | the end of a value that cannot be parsed, or is too long to be held |
//! | `json/structural_index`, `json/fast_path`, `json/shape_cache` | where the strings of a line end; the walk along those; what lines share |
//! | `time/formats` | where in a line its timestamp stands, and in which of the known formats |
//! | `time/fields`, `time/civil` | the pieces of a timestamp as it is written; the milliseconds since 1970 they make |
//! | `prefix` | whether bytes begin with others, quickly |
//! | `detect` | what samples of a file show it to be |
//! | `decompress` | what compressed bytes, and those of other encodings, are |
//! | `event_filter` | which events are wanted |

// Only `json/structural_index/vectors` has any: vectors, where the processor has them.
#![deny(unsafe_code)]

mod decompress;
mod detect;
mod event_filter;
mod file_reader;
mod json;
mod line_rules;
mod lines;
mod prefix;
mod read_documents;
mod read_lines;
mod text_line;
mod time;

pub use decompress::{Compression, Decompressor, TextDecoder};
pub use detect::{DetectOptions, Detected, FormatKind, InputFormat, detect};
pub use event_filter::EventFilter;
pub use file_reader::{FileCounts, FileReader, FileReaderOptions, ReadError, StartError};
pub use json::event::Extra;
pub use json::line::JsonLines;
pub use line_rules::{LineOptions, LineRules};
pub use read_documents::{DocumentEvents, MAX_EVENT_INPUT_BYTES, Step};
pub use read_lines::{CountedEvent, LineEvents, LineFormat};
pub use regex::bytes::Regex;
pub use text_line::{TextLines, Untimed};
pub use time::civil::{TimestampFields, TimestampResolver};
pub use time::formats::TimestampFormat;
