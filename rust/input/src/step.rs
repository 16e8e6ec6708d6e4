//! What a reader finds next in its input, and how much input one event may take.

use cordwood_core::{Rejection, Text};

/// Most bytes of input of one event; more are not held in memory to be parsed. The longest legal message takes 6.3 MB if
/// each of its characters is escaped.
pub const MAX_EVENT_INPUT_BYTES: usize = 16 << 20;

/// What comes next in an input. Offsets are in bytes from its start.
#[derive(Debug)]
pub enum Step<'a> {
    /// An event, not yet checked against any rule.
    Event {
        /// Where it starts.
        offset: u64,
        /// Its own.
        timestamp: i64,
        /// Its own.
        message: Text<'a>,
    },
    /// Something that is not an event; reading goes on after it.
    NotAnEvent {
        /// Where it starts.
        offset: u64,
        /// Why it is not one.
        rejection: Rejection,
    },
    /// From here on nothing can be read; `End` comes next.
    Damage {
        /// Where that starts.
        offset: u64,
        /// Why.
        rejection: Rejection,
    },
    /// What was fed is used up: feed more, or finish.
    NeedInput,
    /// The input is at its end.
    End,
    /// This is not an event document at all: it starts with these characters. Nothing was read.
    NotADocument(String),
}
