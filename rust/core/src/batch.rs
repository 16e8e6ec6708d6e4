//! What one request carries.

use std::ops::Range;
use std::sync::Arc;

use crate::closed::{ClosedBatch, ClosedBy};
use crate::limits::Limits;
use crate::table::{EventTable, Extent, Row};

/// A run of the rows of a sorted table, within every limit. Never empty.
#[derive(Clone, Debug)]
pub struct Batch {
    table: Arc<EventTable>,
    range: Range<usize>,
    nbytes: u64,
    event_overhead_bytes: u64,
    closed_by: ClosedBy,
}

/// An event that was split, and what of it one batch holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitEvent {
    /// The event's place in the caller's input.
    pub position: u64,
    /// How many of its parts are in the batch.
    pub parts: usize,
    /// Whether its last part is among them.
    pub has_last: bool,
}

impl Batch {
    /// A run of a sorted table that a cut found legal. Batches of one table share it.
    pub(crate) fn of_run(
        table: Arc<EventTable>,
        range: Range<usize>,
        nbytes: u64,
        limits: &Limits,
        closed_by: ClosedBy,
    ) -> Self {
        Self { table, range, nbytes, event_overhead_bytes: limits.event_overhead_bytes, closed_by }
    }

    /// What a window closed. It gives back what it reserved and did not use: the caller may hold it forever.
    #[must_use]
    pub fn of_closed(closed: ClosedBatch, limits: &Limits) -> Self {
        let ClosedBatch { mut table, closed_by } = closed;
        table.sort();
        table.shrink_to_fit();
        let rows = table.rows().len();
        let nbytes = table.rows().iter().map(|row| limits.event_bytes(row.message_len() as u64)).sum();
        Self::of_run(Arc::new(table), 0..rows, nbytes, limits, closed_by)
    }

    /// The same of a whole input, legal as a whole.
    #[must_use]
    pub fn of_table(table: EventTable, limits: &Limits) -> Self {
        Self::of_closed(ClosedBatch { table, closed_by: ClosedBy::End }, limits)
    }

    /// The rows of a range of this batch's, as a batch of its own: what is legal as a whole is legal in part.
    /// `None` for an empty range.
    ///
    /// # Panics
    /// If the range is not within the batch's rows.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Option<Self> {
        let rows = &self.rows()[range.clone()];
        let nbytes = rows.iter().map(|row| row.message_len() as u64 + self.event_overhead_bytes).sum();
        let range = self.range.start + range.start..self.range.start + range.end;
        (!range.is_empty()).then(|| Self { table: Arc::clone(&self.table), range, nbytes, ..*self })
    }

    /// Its events that were split, in order of time.
    pub fn split_events(&self) -> impl Iterator<Item = SplitEvent> {
        let rows = if self.table.has_parts() { self.rows() } else { &[] };
        // The parts of one event are neighbours: they have one timestamp, and the sort is stable.
        let events =
            rows.chunk_by(|a, b| a.position == b.position && a.extent().is_part() && b.extent().is_part());
        events.filter(|parts| parts[0].extent().is_part()).map(|parts| SplitEvent {
            position: parts[0].position,
            parts: parts.len(),
            has_last: parts.iter().any(|part| part.extent().completes_event()),
        })
    }

    /// The positions of its events, in increasing order, each once. If only whole ones are asked for, without the
    /// events of which other batches have parts too.
    #[must_use]
    pub fn sorted_positions(&self, whole_events_only: bool) -> Vec<u64> {
        let mut positions: Vec<_> = if whole_events_only && self.table.has_parts() {
            // The parts of one event are neighbours: they have one timestamp, and the sort is stable. If the first
            // and the last are here, so are those in between.
            let events = self.rows().chunk_by(|a, b| a.position == b.position);
            let whole = events.filter(|rows| {
                let (first, last) = (rows[0].extent(), rows[rows.len() - 1].extent());
                matches!(first, Extent::Whole | Extent::FirstPart) && last.completes_event()
            });
            whole.map(|rows| rows[0].position).collect()
        } else {
            self.rows().iter().map(|row| row.position).collect()
        };
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    /// Its events, in order of time.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.table.rows()[self.range.clone()]
    }

    /// The UTF-8 of one of its rows.
    #[must_use]
    pub fn message(&self, row: &Row) -> &[u8] {
        self.table.message(row)
    }

    /// Why it takes no further events. A part of it (`slice`) says the same.
    #[must_use]
    pub fn closed_by(&self) -> ClosedBy {
        self.closed_by
    }

    /// Size as the service counts it.
    #[must_use]
    pub fn nbytes(&self) -> u64 {
        self.nbytes
    }

    /// The smallest timestamp.
    #[must_use]
    pub fn first_timestamp(&self) -> i64 {
        self.rows()[0].timestamp
    }

    /// The greatest timestamp.
    #[must_use]
    pub fn last_timestamp(&self) -> i64 {
        self.rows()[self.range.len() - 1].timestamp
    }
}

#[cfg(test)]
mod tests {
    use crate::{Admission, Limits, OnReject, Oversize, SplitEvent, StreamBatcher, Text};

    use super::Batch;

    #[test]
    fn split_events_are_listed_with_the_parts_that_a_batch_holds() {
        let limits = Limits { max_event_bytes: 26 + 20, ..Limits::default() };
        let admission = Admission { limits, oversize: Oversize::Split, ..Admission::default() };
        let mut stream = StreamBatcher::new(admission, OnReject::Collect);
        for (timestamp, message) in [(1, "a"), (2, &"x".repeat(30)), (2, &"y".repeat(12)), (2, &"z".repeat(25))] {
            stream.admit(timestamp, Text::Utf8(message.as_bytes())).unwrap();
        }
        stream.close_all();
        let batch = Batch::of_closed(stream.take_closed().unwrap(), &limits);
        let all: Vec<_> = batch.split_events().collect();
        assert_eq!(all.iter().map(|event| event.position).collect::<Vec<_>>(), [1, 3]);
        assert!(all.iter().all(|event| event.has_last && event.parts > 1));
        // Rows: the first event, all parts but the last of the second.
        let some = batch.slice(0..all[0].parts).unwrap();
        let cut_off = SplitEvent { position: 1, parts: all[0].parts - 1, has_last: false };
        assert_eq!(some.split_events().collect::<Vec<_>>(), [cut_off]);
        assert_eq!(batch.slice(0..1).unwrap().split_events().count(), 0);
    }
}
