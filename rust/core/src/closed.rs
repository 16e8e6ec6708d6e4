//! Why a batch closed.

use crate::table::EventTable;

/// Why a batch takes no further events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClosedBy {
    /// The next event did not fit by bytes.
    Bytes,
    /// It had as many events as a request may.
    Events,
    /// The next event in order of time was too far from the first. (A stream keeps such a batch open.)
    Span,
    /// So much of a stream came in since it opened ([`MAX_INPUT_BYTES`](crate::MAX_INPUT_BYTES)).
    Input,
    /// It had been open for as long as an event may wait.
    Linger,
    /// The open batches of all log streams took as much memory as they may.
    Memory,
    /// As many batches were open as may be ([`MAX_OPEN`](crate::MAX_OPEN)).
    Window,
    /// The input ended.
    End,
}

impl ClosedBy {
    /// Every cause there is.
    pub const ALL: [Self; 8] =
        [Self::Bytes, Self::Events, Self::Span, Self::Input, Self::Linger, Self::Memory, Self::Window, Self::End];

    /// The word for it in Python and in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Events => "events",
            Self::Span => "span",
            Self::Input => "input",
            Self::Linger => "linger",
            Self::Memory => "memory",
            Self::Window => "window",
            Self::End => "end",
        }
    }
}

/// A batch that closed, its events in the order they came: [`Batch::of_closed`](crate::Batch::of_closed) sorts them.
#[derive(Debug)]
pub struct ClosedBatch {
    /// Its events, legal as a whole.
    pub table: EventTable,
    /// Why it closed.
    pub closed_by: ClosedBy,
}
