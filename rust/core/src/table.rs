//! Admitted events: their messages as UTF-8, and a row for each event.

use std::mem::MaybeUninit;

use bytes::Bytes;

use crate::escape;
use crate::message_store::{MessageRef, MessageStore};
use crate::text::Text;

/// One event of a table. 32 bytes, so that a sort's scratch and the rows together stay under 48 an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Milliseconds since 1970; never negative.
    pub timestamp: i64,
    /// The event's place in the caller's input.
    pub position: u64,
    message: MessageRef,
    /// The message's length in the low 30 bits, and above them which piece of its event this is.
    len_and_extent: u32,
    /// Or `NOT_COUNTED`.
    escaped_len: u32,
}

/// No message has it: `Limits::validated` keeps escaped ones at three quarters of that.
const NOT_COUNTED: u32 = u32::MAX;

/// From so many bytes on, a message is counted when its body is written: it leaves the cache before its turn comes, so
/// counting it here would fetch it once more. (Near the limit of an event, half of the way from dicts to
/// bodies.)
const COUNTED_LATER_BYTES: usize = 1 << 16;

const EXTENT_SHIFT: u32 = 30;
const LEN_MASK: u32 = (1 << EXTENT_SHIFT) - 1;

impl Row {
    /// UTF-8 bytes of the message.
    #[must_use]
    pub fn message_len(&self) -> usize {
        (self.len_and_extent & LEN_MASK) as usize
    }

    /// How much of its event this row is.
    #[must_use]
    pub fn extent(&self) -> Extent {
        match self.len_and_extent >> EXTENT_SHIFT {
            0 => Extent::Whole,
            1 => Extent::Part,
            2 => Extent::LastPart,
            _ => Extent::FirstPart,
        }
    }

    /// Bytes of the message inside a JSON string, equal to `message_len` if nothing needs an escape; `None` if a long
    /// message was not counted.
    #[must_use]
    pub fn escaped_len(&self) -> Option<usize> {
        (self.escaped_len != NOT_COUNTED).then_some(self.escaped_len as usize)
    }
}

/// How much of an event one row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// A part of an event that was split, neither the first nor the last.
    Part,
    /// The last part of an event that was split.
    LastPart,
    /// The first part of an event that was split; further parts follow.
    FirstPart,
}

impl Extent {
    /// Whether no further part of the same event follows.
    #[must_use]
    pub fn completes_event(self) -> bool {
        matches!(self, Self::Whole | Self::LastPart)
    }

    /// Whether the event was split.
    #[must_use]
    pub fn is_part(self) -> bool {
        self != Self::Whole
    }
}

/// One admitted message on its way into a table: a whole event, or a part of one that was split.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    /// Of the event.
    pub timestamp: i64,
    /// Of the event.
    pub position: u64,
    /// What to store.
    pub text: Text<'a>,
    /// `text.measure().len`.
    pub len: usize,
    /// How much of the event it is.
    pub extent: Extent,
}

/// A whole event whose message is UTF-8 already, as nearly all are.
///
/// It is passed in registers, never in memory: functions that take it are inlined into their callers. (A text passed in
/// memory is written in words and read in vectors, and the processor waits for the words to leave its store queue.)
#[derive(Clone, Copy, Debug)]
pub struct Whole<'a> {
    /// Of the event.
    pub timestamp: i64,
    /// Of the event.
    pub position: u64,
    /// Its message.
    pub utf8: &'a [u8],
    /// Its [`escaped_len`](crate::escaped_len); 0 if not counted yet.
    pub escaped_len: u32,
}

impl<'a> Whole<'a> {
    /// The same, as any piece is.
    #[must_use]
    pub fn as_piece(&self) -> Piece<'a> {
        let Self { timestamp, position, utf8: bytes, escaped_len } = *self;
        let text = match escaped_len {
            0 => Text::ValidUtf8(bytes),
            escaped_len => Text::AsciiCounted { bytes, escaped_len },
        };
        Piece { timestamp, position, text, len: bytes.len(), extent: Extent::Whole }
    }
}

/// Takes admitted events, one piece at a time.
pub trait EventSink {
    /// Stores a piece that the admission has let pass.
    fn push(&mut self, piece: &Piece<'_>);

    /// Stores a whole event. (Always to be inlined.)
    fn push_whole(&mut self, event: Whole<'_>);
}

/// Admitted events in the order they came, or, once sorted, in order of time.
#[derive(Clone, Debug)]
pub struct EventTable {
    messages: MessageStore,
    rows: Vec<Row>,
    in_order: bool,
    has_parts: bool,
    /// Rows that another part of the same event follows.
    incomplete_rows: u64,
}

impl Default for EventTable {
    fn default() -> Self {
        Self {
            messages: MessageStore::default(),
            rows: Vec::new(),
            in_order: true,
            has_parts: false,
            incomplete_rows: 0,
        }
    }
}

impl EventTable {
    /// A table with room for `events` rows and `bytes` of copied messages, if the system has it; it grows as it must.
    /// On systems that allocate pages on first use, what is reserved and not used costs nothing.
    #[must_use]
    pub fn with_room_for(events: usize, bytes: usize) -> Self {
        let mut table = Self::default();
        // A caller's count may be wrong, and the reservation is only an optimisation: to go without is not an error.
        let _without = table.rows.try_reserve(events).and_then(|()| table.messages.try_reserve(bytes));
        table
    }

    /// The memory that is reserved and not used yet, so that the caller can advise the system about it.
    pub fn spare_memory(&mut self) -> (&mut [MaybeUninit<Row>], &mut [MaybeUninit<u8>]) {
        (self.rows.spare_capacity_mut(), self.messages.copied_mut().spare_capacity_mut())
    }

    /// Rows, and bytes of the messages that were copied for them.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.rows.len(), self.messages.copied().len())
    }

    /// The events as they stand.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The UTF-8 of a row of this table.
    #[must_use]
    pub fn message(&self, row: &Row) -> &[u8] {
        self.messages.get(row.message, row.message_len())
    }

    /// Events whose last part is here.
    #[must_use]
    pub fn completed_events(&self) -> u64 {
        self.rows.len() as u64 - self.incomplete_rows
    }

    /// Whether an event lies here in parts.
    #[must_use]
    pub fn has_parts(&self) -> bool {
        self.has_parts
    }

    /// Sorts by timestamp; events of the same millisecond keep the order in which they came.
    ///
    /// Free if they came in order. Otherwise std's stable sort: it finds runs by itself, so interleaved and
    /// jittered streams cost little, and its scratch is half the rows.
    pub fn sort(&mut self) {
        if !self.in_order {
            self.rows.sort_by_key(|row| row.timestamp);
            self.in_order = true;
        }
    }

    /// Gives back the memory that was reserved and not used.
    pub fn shrink_to_fit(&mut self) {
        self.messages.copied_mut().shrink_to_fit();
        self.rows.shrink_to_fit();
    }
}

impl EventTable {
    /// Stores a piece, whose text is not copied if it lies in this memory, and that is worth holding.
    pub(crate) fn push_out_of(&mut self, memory: &Bytes, piece: &Piece<'_>) {
        let message = self.messages.store(&piece.text, memory);
        let escaped_len = if let Text::AsciiCounted { escaped_len, .. } = piece.text {
            escaped_len
        } else {
            // From the original if it was UTF-8: what was written just now cannot be loaded in vectors before it has left the
            // processor's store queue.
            counted(piece.text.as_valid_utf8().unwrap_or_else(|| self.messages.get(message, piece.len)))
        };
        if piece.extent.is_part() {
            self.has_parts = true;
            self.incomplete_rows += u64::from(!piece.extent.completes_event());
        }
        self.push_row(Row {
            timestamp: piece.timestamp,
            position: piece.position,
            message,
            len_and_extent: bytes_u32(piece.len) | (piece.extent as u32) << EXTENT_SHIFT,
            escaped_len,
        });
    }

    /// Stores a whole event.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `Whole` says")]
    pub(crate) fn push_whole_out_of(&mut self, memory: &Bytes, event: Whole<'_>) {
        let Whole { timestamp, position, utf8, escaped_len } = event;
        let message = self.messages.store_utf8(utf8, memory);
        let escaped_len = if escaped_len > 0 { escaped_len } else { counted(utf8) };
        let len_and_extent = bytes_u32(utf8.len());
        self.push_row(Row { timestamp, position, message, len_and_extent, escaped_len });
    }

    /// Stores a copy of a row of another table.
    pub(crate) fn push_row_of(&mut self, other: &Self, row: &Row) {
        let message = self.messages.store_utf8(other.message(row), &Bytes::new());
        let extent = row.extent();
        self.has_parts |= extent.is_part();
        self.incomplete_rows += u64::from(!extent.completes_event());
        self.push_row(Row { message, ..*row });
    }

    #[inline]
    fn push_row(&mut self, row: Row) {
        self.in_order &= self.rows.last().is_none_or(|last| last.timestamp <= row.timestamp);
        self.rows.push(row);
    }
}

/// The escaped length of a message, for its row.
#[inline]
fn counted(utf8: &[u8]) -> u32 {
    if utf8.len() >= COUNTED_LATER_BYTES { NOT_COUNTED } else { bytes_u32(escape::escaped_len(utf8)) }
}

impl EventSink for EventTable {
    #[inline]
    fn push(&mut self, piece: &Piece<'_>) {
        self.push_out_of(&Bytes::new(), piece);
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `Whole` says")]
    fn push_whole(&mut self, event: Whole<'_>) {
        self.push_whole_out_of(&Bytes::new(), event);
    }
}

/// `Limits::validated` keeps every message within 30 bits, and its escaped length within 32.
fn bytes_u32(len: usize) -> u32 {
    u32::try_from(len).expect("a message admitted under validated limits has fewer than 2^32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn piece(timestamp: i64, position: u64, text: &str) -> Piece<'_> {
        Piece { timestamp, position, text: Text::Utf8(text.as_bytes()), len: text.len(), extent: Extent::Whole }
    }

    #[test]
    fn a_row_is_32_bytes() {
        assert_eq!(size_of::<Row>(), 32);
    }

    #[test]
    fn messages_come_back_as_they_went_in() {
        let mut table = EventTable::default();
        for (i, text) in ["a", "é\"😀", "", "line\n"].iter().enumerate() {
            table.push(&piece(0, i as u64, text));
        }
        let messages: Vec<_> = table.rows().iter().map(|row| table.message(row)).collect();
        assert_eq!(messages, ["a".as_bytes(), "é\"😀".as_bytes(), b"", b"line\n"]);
        assert_eq!(table.rows()[1].escaped_len(), Some("é\\\"😀".len()));
        assert_eq!(table.rows()[3].escaped_len(), Some(6));
    }

    proptest! {
        #[test]
        fn sorting_is_by_time_then_by_arrival(times in prop::collection::vec(0..20_i64, 0..200)) {
            let mut table = EventTable::default();
            for (i, &t) in times.iter().enumerate() {
                table.push(&piece(t, i as u64, "m"));
            }
            table.sort();
            let sorted: Vec<_> = table.rows().iter().map(|r| (r.timestamp, r.position)).collect();
            let mut expected: Vec<_> = times.iter().enumerate().map(|(i, &t)| (t, i as u64)).collect();
            expected.sort_unstable();
            prop_assert_eq!(sorted, expected);
        }
    }
}
