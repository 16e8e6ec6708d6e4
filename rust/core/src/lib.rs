//! The rules of `PutLogEvents`, exactly: slices in; ranges, bytes and outcomes out.
//!
//! Nothing here knows Python, does I/O, reads a clock or logs. The data goes one way:
//!
//! ```text
//! (timestamp, Text) -> Accounting: Admission decides; counts, and keeps what was rejected
//!     whole input:  -> EventTable -> Sequence (order, cut) -> Batch -> Frame::write
//!     a stream:     -> Window of open EventTables (order)  -> Batch -> Frame::write
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `limits`, `admission`, `outcome` | what one request may carry; the rules that an event meets or breaks by itself; why |
//! | `split` | messages too long for one event, made to fit |
//! | `text`, `escape`, `message_store` | a message as it arrives; inside a JSON string; where it is kept |
//! | `table` | admitted events, a row each |
//! | `accounting`, `rejected_payload` | counts of what came in; what a rejected event held |
//! | `sequence`, `batching` | a whole input in order, and where it is cut into batches |
//! | `streaming`, `window` | an input without a known end, and its open batches |
//! | `batch`, `body`, `gzip` | one batch; the request body it is written as; that compressed |
//! | `resume_set`, `position_codec` | the events that an earlier run has settled; positions in few bytes |
//! | `buf_writer`, `time` | writing into a buffer of known size; times in error messages |

// Only `escape/avx2` and `escape/avx512` have any: vectors, if the processor has them.
#![deny(unsafe_code)]

mod accounting;
mod admission;
mod batch;
mod batching;
mod body;
mod buf_writer;
mod closed;
mod escape;
mod gzip;
mod limits;
mod message_store;
mod outcome;
mod position_codec;
mod rejected_payload;
mod resume_set;
mod router;
mod sequence;
mod split;
mod streaming;
mod table;
mod text;
mod time;
mod window;

pub use accounting::{Accounting, Counts, OnReject, Rejected};
pub use admission::{Admission, AgeRules, InvalidAgeRules, InvalidText, Oversize};
pub use batch::{Batch, SplitEvent};
pub use batching::first_batch_size;
pub use body::{Entity, Frame, InvalidFrame};
pub use closed::{ClosedBatch, ClosedBy};
pub use escape::{escaped_len, escaped_len_of_ascii, write_escaped};
pub use limits::{InvalidLimits, Limits};
pub use message_store::MIN_LENT_BYTES;
pub use outcome::{Outcome, Rejection, Remedy};
pub use position_codec::{
    InvalidPositions, PositionDecoder, encode_positions, encode_unordered_positions, position_range,
};
pub use rejected_payload::{MAX_PAYLOAD_BYTES, RejectedPayload, append_payload};
pub use resume_set::ResumeSet;
pub use router::{MAX_STREAM_NAME_CHARS, Router};
pub use sequence::{Sequence, SequenceBatches};
pub use streaming::StreamBatcher;
pub use table::{EventSink, EventTable, Extent, Piece, Row, Whole};
pub use text::{Text, append_ucs4};
pub use time::{unit_hint, unix_milliseconds};
pub use window::{MAX_INPUT_BYTES, MAX_OPEN, Window};
