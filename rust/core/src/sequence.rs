//! A whole input: read to its end, sorted as one, cut as batches are asked for.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use crate::accounting::{Accounting, OnReject, Rejected};
use crate::admission::Admission;
use crate::batch::Batch;
use crate::batching::{cut_by, first_batch_size};
use crate::outcome::Rejection;
use crate::rejected_payload::RejectedPayload;
use crate::table::{EventSink, EventTable, Piece, Whole};
use crate::text::Text;

/// A whole input while it is read.
#[derive(Debug)]
pub struct Sequence {
    accounting: Accounting,
    table: EventTable,
    /// What texts may lie in that need not be copied.
    lent: Bytes,
}

/// A table, and the memory that is lent to it.
struct Lending<'a> {
    table: &'a mut EventTable,
    memory: &'a Bytes,
}

impl EventSink for Lending<'_> {
    fn push(&mut self, piece: &Piece<'_>) {
        self.table.push_out_of(self.memory, piece);
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `Whole` says")]
    fn push_whole(&mut self, event: Whole<'_>) {
        self.table.push_whole_out_of(self.memory, event);
    }
}

impl Sequence {
    /// An input whose events go into this table, an empty one.
    #[must_use]
    pub fn new(admission: Admission, on_reject: OnReject, table: EventTable) -> Self {
        Self { accounting: Accounting::new(admission, on_reject), table, lent: Bytes::new() }
    }

    /// The next event; `Err` as in [`Accounting::admit`].
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `Whole` says")]
    pub fn admit(&mut self, timestamp: i64, text: Text<'_>) -> Result<(), Rejected> {
        let mut sink = Lending { table: &mut self.table, memory: &self.lent };
        self.accounting.admit(timestamp, text, &mut sink)
    }

    /// As [`Window::lend`](crate::Window::lend).
    pub fn lend(&mut self, memory: Bytes) -> Bytes {
        std::mem::replace(&mut self.lent, memory)
    }

    /// The next event, which is not one.
    pub fn reject(&mut self, rejection: Rejection) -> Result<(), Rejected> {
        self.accounting.reject(rejection)
    }

    /// Like `reject`, with what it held.
    pub fn reject_with_payload(
        &mut self,
        rejection: Rejection,
        payload: Option<RejectedPayload>,
    ) -> Result<(), Rejected> {
        self.accounting.reject_with_payload(rejection, payload)
    }

    /// The account of what was read so far.
    #[must_use]
    pub fn accounting(&self) -> &Accounting {
        &self.accounting
    }

    /// From now on what a rejected event held is kept with it.
    pub fn keep_rejected(&mut self) {
        self.accounting.keep_rejected();
    }

    /// Sorts all that was read.
    #[must_use]
    pub fn finish(mut self) -> SequenceBatches {
        self.table.sort();
        SequenceBatches {
            accounting: self.accounting,
            table: Arc::new(self.table),
            next_row: 0,
            batched_events: 0,
        }
    }
}

/// A whole input, sorted: an iterator of its batches.
#[derive(Debug)]
pub struct SequenceBatches {
    accounting: Accounting,
    table: Arc<EventTable>,
    next_row: usize,
    batched_events: u64,
}

impl SequenceBatches {
    /// The account of what was read.
    #[must_use]
    pub fn accounting(&self) -> &Accounting {
        &self.accounting
    }

    /// The same, to take the rejected events.
    pub fn accounting_mut(&mut self) -> &mut Accounting {
        &mut self.accounting
    }

    /// Events in batches that were returned.
    #[must_use]
    pub fn batched_events(&self) -> u64 {
        self.batched_events
    }

    /// Events whose last part is in this run.
    fn completed_events(&self, run: Range<usize>) -> u64 {
        if !self.table.has_parts() {
            return run.len() as u64;
        }
        self.table.rows()[run].iter().filter(|row| row.extent().completes_event()).count() as u64
    }
}

impl Iterator for SequenceBatches {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let limits = self.accounting.admission().limits;
        let rest = &self.table.rows()[self.next_row..];
        let (taken, nbytes) = first_batch_size(rest, &limits);
        let by = cut_by(rest, taken, &limits);
        let run = self.next_row..self.next_row + taken;
        self.next_row = run.end;
        self.batched_events += self.completed_events(run.clone());
        (taken > 0).then(|| Batch::of_run(Arc::clone(&self.table), run, nbytes, &limits, by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admission::Oversize;
    use crate::limits::Limits;

    #[test]
    fn a_split_event_is_batched_with_its_last_part() {
        let limits = Limits { max_event_bytes: 46, max_batch_bytes: 46, ..Limits::default() };
        let admission = Admission { limits, oversize: Oversize::Split, ..Admission::default() };
        let mut sequence = Sequence::new(admission, OnReject::Error, EventTable::default());
        sequence.admit(5, Text::Ascii(&[b'x'; 25])).unwrap();
        sequence.admit(4, Text::Ascii(b"before")).unwrap();
        let mut batches = sequence.finish();
        let mut batched = vec![];
        while let Some(batch) = batches.next() {
            batched.push((batch.rows()[0].position, batches.batched_events()));
        }
        assert_eq!(batched, [(1, 1), (0, 1), (0, 1), (0, 2)]);
    }
}
