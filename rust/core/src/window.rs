//! The open batches of a stream: an interleaving of times still fills its batches, in bounded memory.
//!
//! An event joins the open batch whose span it widens least (the oldest on a tie), among those that it fits
//! by span. If it fits none, a new one opens; with [`MAX_OPEN`] open, the least recently fed closes for it.
//! A batch that it fits by span but not by bytes or count closes, and a new one opens with it. A batch also
//! closes once [`MAX_INPUT_BYTES`] came in since it opened. All of it depends on the events alone, never on a
//! clock or on how they were handed over, so that a plain reference can mirror it.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::limits::Limits;
use crate::table::{EventSink, EventTable, Piece, Whole};

/// Most batches open at once.
pub const MAX_OPEN: usize = 8;

/// Counted bytes of input after which an open batch closes, however little of them it took.
pub const MAX_INPUT_BYTES: u64 = 64 << 20;

/// The open batches, and those that closed and were not taken yet.
#[derive(Debug)]
pub struct Window {
    limits: Limits,
    /// In the order of their opening.
    open: Vec<OpenBatch>,
    closed: VecDeque<EventTable>,
    /// Rows of the table that closed last, and bytes copied for them: the next will be much like it, and so need not
    /// be moved as it grows.
    last_closed: (usize, usize),
    /// Events and counted bytes that came in so far.
    fed_events: u64,
    fed_bytes: u64,
    /// What texts may lie in that need not be copied.
    lent: Bytes,
}

#[derive(Debug)]
struct OpenBatch {
    table: EventTable,
    first: i64,
    last: i64,
    nbytes: u64,
    first_position: u64,
    opened_at_byte: u64,
    last_fed_event: u64,
}

impl OpenBatch {
    fn new(opener: &Piece<'_>, opened_at_byte: u64, table: EventTable) -> Self {
        Self {
            table,
            first: opener.timestamp,
            last: opener.timestamp,
            nbytes: 0,
            first_position: opener.position,
            opened_at_byte,
            last_fed_event: 0,
        }
    }

    /// How much wider the batch becomes by an event at this time; `None` if it would be too wide.
    fn widening(&self, timestamp: i64, max_span_ms: i64) -> Option<i64> {
        let width = self.last.max(timestamp) - self.first.min(timestamp);
        (width <= max_span_ms).then(|| width - (self.last - self.first))
    }

    fn has_room(&self, event_bytes: u64, limits: &Limits) -> bool {
        (self.table.rows().len() as u64) < limits.max_batch_events
            && self.nbytes + event_bytes <= limits.max_batch_bytes
    }

    /// Notes that it was given an event.
    #[inline]
    fn note(&mut self, timestamp: i64, event_bytes: u64, fed_event: u64) {
        self.first = self.first.min(timestamp);
        self.last = self.last.max(timestamp);
        self.nbytes += event_bytes;
        self.last_fed_event = fed_event;
    }
}

impl Window {
    /// A window with nothing open.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            open: Vec::new(),
            closed: VecDeque::new(),
            last_closed: (0, 0),
            fed_events: 0,
            fed_bytes: 0,
            lent: Bytes::new(),
        }
    }

    /// Texts that lie in this memory need not be copied from now on, and batches keep it in place of them. What was lent
    /// before comes back: dropping the last reference may run code of its owner.
    pub fn lend(&mut self, memory: Bytes) -> Bytes {
        std::mem::replace(&mut self.lent, memory)
    }

    /// Takes the batch that closed first, its events in the order they came.
    pub fn take_closed(&mut self) -> Option<EventTable> {
        self.closed.pop_front()
    }

    /// Whether a batch closed that was not taken.
    #[must_use]
    pub fn has_closed(&self) -> bool {
        !self.closed.is_empty()
    }

    /// Closes all open batches, the first opened first.
    pub fn close_all(&mut self) {
        std::mem::take(&mut self.open).into_iter().for_each(|batch| self.put(batch));
    }

    /// Closes the batches that were opened by an event before this position, the first opened first.
    pub fn close_opened_before(&mut self, position: u64) {
        let old: Vec<_> = self.open.extract_if(.., |batch| batch.first_position < position).collect();
        old.into_iter().for_each(|batch| self.put(batch));
    }

    /// The smallest position of what is here, open or closed, if positions never decrease.
    #[must_use]
    pub fn held_from(&self) -> Option<u64> {
        let closed = self.closed.iter().filter_map(|table| table.rows().first());
        let open = self.open.iter().map(|batch| batch.first_position);
        closed.map(|row| row.position).chain(open).min()
    }

    /// Counted bytes in open batches.
    #[must_use]
    pub fn open_bytes(&self) -> u64 {
        self.open.iter().map(|batch| batch.nbytes).sum()
    }

    #[inline(never)]
    fn close(&mut self, index: usize) {
        let batch = self.open.remove(index);
        self.put(batch);
    }

    /// Puts a batch to those that closed. (Room that it was given and had no use for, a `Batch` of it gives back.)
    fn put(&mut self, batch: OpenBatch) {
        self.last_closed = batch.table.size();
        self.closed.push_back(batch.table);
    }

    /// The open batch that an event at this time joins.
    fn choose(&self, timestamp: i64) -> Option<usize> {
        let widenings = self.open.iter().enumerate().filter_map(|(index, batch)| {
            batch.widening(timestamp, self.limits.max_batch_span_ms).map(|by| (by, index))
        });
        widenings.min().map(|(_, index)| index)
    }

    fn open_new(&mut self, opener: &Piece<'_>) -> usize {
        let table = EventTable::with_room_for(self.last_closed.0, self.last_closed.1);
        self.open.push(OpenBatch::new(opener, self.fed_bytes, table));
        self.open.len() - 1
    }

    fn close_least_recently_fed(&mut self) {
        if let Some((index, _)) = self.open.iter().enumerate().min_by_key(|(_, batch)| batch.last_fed_event) {
            self.close(index);
        }
    }
}

impl EventSink for Window {
    fn push(&mut self, piece: &Piece<'_>) {
        let event_bytes = self.limits.event_bytes(piece.len as u64);
        let index = match self.choose(piece.timestamp) {
            Some(index) if self.open[index].has_room(event_bytes, &self.limits) => index,
            Some(index) => {
                self.close(index);
                self.open_new(piece)
            }
            None => {
                if self.open.len() == MAX_OPEN {
                    self.close_least_recently_fed();
                }
                self.open_new(piece)
            }
        };
        self.fed_events += 1;
        self.fed_bytes += event_bytes;
        let batch = &mut self.open[index];
        batch.table.push_out_of(&self.lent, piece);
        batch.note(piece.timestamp, event_bytes, self.fed_events);
        self.close_old();
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `Whole` says")]
    fn push_whole(&mut self, event: Whole<'_>) {
        let event_bytes = self.limits.event_bytes(event.utf8.len() as u64);
        match &mut self.open[..] {
            // Nearly always: one batch is open, and takes it.
            [only]
                if only.widening(event.timestamp, self.limits.max_batch_span_ms).is_some()
                    && only.has_room(event_bytes, &self.limits) =>
            {
                self.fed_events += 1;
                self.fed_bytes += event_bytes;
                only.table.push_whole_out_of(&self.lent, event);
                only.note(event.timestamp, event_bytes, self.fed_events);
                self.close_old();
            }
            _ => self.push_to_another(event.timestamp, event.position, event.utf8, event.escaped_len),
        }
    }
}

impl Window {
    /// As `push_whole`, of its scalars.
    #[inline(never)]
    fn push_to_another(&mut self, timestamp: i64, position: u64, utf8: &[u8], escaped_len: u32) {
        self.push(&Whole { timestamp, position, utf8, escaped_len }.as_piece());
    }

    /// Closes the batches that have been open for long.
    #[inline]
    fn close_old(&mut self) {
        while self.open.first().is_some_and(|oldest| self.fed_bytes - oldest.opened_at_byte >= MAX_INPUT_BYTES) {
            self.close(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Extent;
    use crate::text::Text;
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000;

    fn feed(window: &mut Window, timestamp: i64, text: &str) {
        window.push(&Piece {
            timestamp,
            position: window.fed_events,
            text: Text::Utf8(text.as_bytes()),
            len: text.len(),
            extent: Extent::Whole,
        });
    }

    fn closed(window: &mut Window) -> Vec<Vec<i64>> {
        std::iter::from_fn(|| window.take_closed())
            .map(|table| table.rows().iter().map(|row| row.timestamp).collect())
            .collect()
    }

    fn run(limits: Limits, times: &[i64]) -> (Vec<Vec<i64>>, Vec<Vec<i64>>) {
        let mut window = Window::new(limits);
        times.iter().for_each(|&t| feed(&mut window, t, "m"));
        let early = closed(&mut window);
        window.close_all();
        (early, closed(&mut window))
    }

    #[test]
    fn two_days_interleaved_fill_two_batches() {
        let times: Vec<_> = (0..100).map(|i| i + (i % 2) * 3 * DAY).collect();
        let (early, late) = run(Limits::default(), &times);
        assert!(early.is_empty());
        assert_eq!(late.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50]);
    }

    #[test]
    fn an_event_joins_the_batch_it_widens_least_and_the_oldest_on_a_tie() {
        let limits = Limits { max_batch_span_ms: 10, ..Limits::default() };
        let (_, late) = run(limits, &[0, 20, 11, 8]);
        assert_eq!(late, [vec![0, 8], vec![20, 11]]);
        let (_, late) = run(limits, &[0, 16, 8]);
        assert_eq!(late, [vec![0, 8], vec![16]]);
    }

    #[test]
    fn the_least_recently_fed_makes_room() {
        let limits = Limits { max_batch_span_ms: 0, ..Limits::default() };
        let (early, late) = run(limits, &[0, 1, 2, 3, 4, 5, 6, 7, 0, 8]);
        assert_eq!(early, [vec![1]]);
        assert_eq!(late.len(), 8);
    }

    #[test]
    fn a_full_batch_closes_for_the_event_that_does_not_fit() {
        let limits = Limits { max_batch_events: 2, ..Limits::default() };
        assert_eq!(run(limits, &[1, 2]).0.len(), 0);
        assert_eq!(run(limits, &[1, 2, 3]), (vec![vec![1, 2]], vec![vec![3]]));
        let limits = Limits { max_batch_bytes: 54, ..Limits::default() };
        assert_eq!(run(limits, &[1, 2, 3]), (vec![vec![1, 2]], vec![vec![3]]));
    }

    #[test]
    fn a_batch_closes_once_64_mib_came_in_since_it_opened() {
        let mut window = Window::new(Limits::default());
        let event = "x".repeat((1 << 20) - 26);
        feed(&mut window, 5 * DAY, &event[..event.len() - 27]);
        for _ in 0..63 {
            feed(&mut window, 0, &event);
        }
        assert!(!closed(&mut window).contains(&vec![5 * DAY]));
        feed(&mut window, 0, "m");
        assert!(closed(&mut window).contains(&vec![5 * DAY]));
    }

    proptest! {
        #[test]
        fn what_is_held_is_what_has_not_left(
            times in prop::collection::vec(0..100_i64, 0..100), takes in prop::collection::vec(any::<bool>(), 100),
        ) {
            let limits = Limits { max_batch_events: 5, max_batch_span_ms: 9, ..Limits::default() };
            let mut window = Window::new(limits);
            let mut held = std::collections::BTreeSet::new();
            for (&time, &take) in times.iter().zip(&takes) {
                held.insert(window.fed_events);
                feed(&mut window, time, "m");
                if take && let Some(table) = window.take_closed() {
                    table.rows().iter().for_each(|row| { held.remove(&row.position); });
                }
                prop_assert_eq!(window.held_from(), held.first().copied());
            }
        }

        #[test]
        fn every_event_leaves_once_in_a_legal_batch(
            times in prop::collection::vec(0..500_i64, 0..200),
            max_batch_events in 1..20_u64, max_batch_span_ms in 0..60_i64, max_batch_bytes in 30..500_u64,
        ) {
            let limits = Limits { max_batch_events, max_batch_span_ms, max_batch_bytes, ..Limits::default() };
            let (mut all, late) = run(limits, &times);
            prop_assert!(late.len() <= MAX_OPEN);
            all.extend(late);
            for batch in &all {
                let span = batch.iter().max().unwrap() - batch.iter().min().unwrap();
                prop_assert!(span <= max_batch_span_ms);
                prop_assert!(batch.len() as u64 <= max_batch_events);
                prop_assert!(batch.len() as u64 * 27 <= max_batch_bytes);
            }
            let mut left: Vec<_> = all.concat();
            let mut came = times.clone();
            left.sort_unstable();
            came.sort_unstable();
            prop_assert_eq!(left, came);
        }
    }
}
