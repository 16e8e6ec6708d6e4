//! The event that was found last, and where its message is.
//!
//! Each part is a word by itself: as one value that is returned and matched on, it would be written in words and read again
//! in vectors, for which the processor waits until the words have left its store queue. That was a sixth of the whole way
//! from JSON lines to bodies.

use crate::json::line::{JsonLines, MessagePlace};
use crate::lines::LineRange;

/// The event that was found last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FoundEvent {
    pub(super) offset: u64,
    pub(super) timestamp: i64,
    pub(super) holder: MessageHolder,
    /// Where the message is, in what holds it.
    pub(super) from: usize,
    pub(super) to: usize,
    /// Its length in a JSON string, if it is ASCII and already counted; else 0.
    pub(super) escaped_len: u32,
}

impl FoundEvent {
    /// Sets the event that a line of JSON is, which is at `line` and was just read.
    #[inline]
    pub(super) fn set(&mut self, offset: u64, timestamp: i64, json: &JsonLines, line: LineRange) {
        (self.offset, self.timestamp) = (offset, timestamp);
        self.set_message(line);
        match json.place() {
            MessagePlace::Line { more_in_json: Some(more) } => {
                self.escaped_len = u32::try_from(line.to - line.from).map_or(0, |len| len + more);
            }
            MessagePlace::Line { more_in_json: None } => {}
            MessagePlace::Range(from, to) => (self.from, self.to) = (line.from + from, line.from + to),
            MessagePlace::Decoded => {
                self.holder = MessageHolder::Decoded;
                (self.from, self.to) = (0, json.decoded().len());
            }
        }
    }

    /// Sets the message to this line.
    #[inline]
    pub(super) fn set_message(&mut self, line: LineRange) {
        self.holder = if line.is_joined { MessageHolder::JoinedLine } else { MessageHolder::Line };
        (self.from, self.to, self.escaped_len) = (line.from, line.to, 0);
    }
}

/// What holds a message.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum MessageHolder {
    /// The chunk that was fed last.
    #[default]
    Line,
    /// The line that was joined from chunks.
    JoinedLine,
    /// The lines that were joined into one event.
    Lines,
    /// The format, which decoded it.
    Decoded,
}
