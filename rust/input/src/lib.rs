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

#![forbid(unsafe_code)]

mod choice;
mod detect;
mod documents;
mod event;
mod json;
mod json_line;
mod layout;
mod lines;
mod moment;
mod records;
mod skip;

pub use choice::Wanted;
pub use detect::{Detected, Known, Shape, detect};
pub use documents::{Documents, MAX_EVENT_INPUT_BYTES, Step};
pub use event::Extra;
pub use json_line::JsonLines;
pub use layout::Layout;
pub use moment::{Clock, Fields};
pub use records::{LineEvents, LineFormat};
