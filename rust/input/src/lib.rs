//! Bytes of files into log events. No Python, no clock, no I/O of its own: chunks in, events out.
//!
//! [`Documents`] takes the bytes of event documents in whatever pieces they come and hands out one event after the
//! other, each with the byte offset at which it starts. What it holds is bounded whatever the input.
//!
//! | file | the one thing it knows |
//! |---|---|
//! | `documents` | where in a document it is: between events, in an array, behind a fault |
//! | `event` | one event: its members, and why an object is none |
//! | `json` | JSON's grammar: strings, numbers, values to be passed over |
//! | `skip` | the end of a value that cannot be parsed, or is too long to be held |
//! | `lines` | where a line ends |
//! | `layout` | where in a line its moment stands, and which of the ways to write one that is |
//! | `written`, `moment` | the pieces of a moment as it is written; which moment they make |
//! | `text_line` | one line of text: whether it begins an event, and of which moment |
//! | `json_line` | one JSON object a line, as applications write them |
//! | `marks`, `walk`, `outline` | where the strings of such a line end; the walk over it, along those; what lines share |
//! | `prefix` | whether bytes begin with others, quickly |
//! | `records` | which lines make an event |
//! | `detect` | what samples of a file show it to be |
//! | `unpack` | what compressed bytes, and those of other encodings, are |
//! | `choice` | which events are wanted |

// Only `marks/vectors` has any: vectors, where the processor has them.
#![deny(unsafe_code)]

mod choice;
mod detect;
mod documents;
mod event;
mod json;
mod json_line;
mod layout;
mod lines;
mod marks;
mod moment;
mod outline;
mod prefix;
mod records;
mod skip;
mod text_line;
mod unpack;
mod walk;
mod written;

pub use choice::Wanted;
pub use detect::{Detected, Known, Shape, detect};
pub use documents::{Documents, MAX_EVENT_INPUT_BYTES, Step};
pub use event::Extra;
pub use json_line::JsonLines;
pub use layout::Layout;
pub use moment::{Clock, Fields};
pub use records::{Counted, LineEvents, LineFormat};
pub use regex::bytes::Regex;
pub use text_line::{TextLines, Untimed};
pub use unpack::{Decompressor, TextDecoder};
