//! The rules of `PutLogEvents`, exactly: slices in; ranges, bytes and outcomes out.
//!
//! Nothing here knows Python, does I/O, reads a clock or logs. The way of the data, one direction only:
//!
//! ```text
//! (timestamp, Text) -> Intake: Admission decides, counts, keeps what was rejected
//!     whole input:  -> EventTable -> Sequence (order, cut) -> Batch -> Frame::write
//!     a stream:     -> Window of open EventTables (order)  -> Batch -> Frame::write
//! ```
//!
//! [`Text`], [`Intake`], [`EventTable`], [`Sequence`], [`Stream`], [`Batch`] and [`Frame`] each have a file.

// Only `escape/shuffle` and `escape/wide` have any: vectors, where the processor has them.
#![deny(unsafe_code)]

mod admission;
mod batch;
mod body;
mod cursor;
mod cut;
mod escape;
mod gzip;
mod intake;
mod kept;
mod limits;
mod messages;
mod outcome;
mod packed;
mod sequence;
mod settled;
mod split;
mod stream;
mod table;
mod text;
mod time;
mod window;

pub use admission::{Admission, AgeRules, InvalidText, Oversize};
pub use batch::Batch;
pub use body::{Entity, Frame, InvalidFrame};
pub use cut::next_cut;
pub use escape::{escaped_len, escaped_len_of_ascii, write_escaped};
pub use gzip::gzip;
pub use intake::{Counts, Intake, OnReject, Rejected};
pub use kept::{Kept, MAX_KEPT_BYTES, keep};
pub use limits::{InvalidLimits, Limits};
pub use messages::LEAST_LENT_BYTES;
pub use outcome::{Outcome, Rejection};
pub use packed::{NotPacked, Unpack, pack};
pub use sequence::{Sequence, SequenceBatches};
pub use settled::Settled;
pub use stream::Stream;
pub use table::{EventSink, EventTable, Extent, Piece, Row, Whole};
pub use text::Text;
pub use window::{MAX_INPUT_BYTES, MAX_OPEN, Window};
