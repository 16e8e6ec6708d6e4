//! The open batches of a stream: times in any order still fill its batches, in bounded memory.
//!
//! An event joins the open batch whose span it widens least (the oldest on a tie), among those that it fits by span. If
//! that one has no room for it, it closes, and the event joins the next one that it fits and that has room. If there is
//! none, a new batch opens; with [`MAX_OPEN`] open, one closes for it: the least recently fed of those without room for
//! the event, or else of all. A batch also closes once [`MAX_INPUT_BYTES`] came in since it opened. What is open at the
//! end is sorted and cut as a whole, if that makes fewer batches. All of it depends on the events alone, never on a clock
//! or on how they were passed in, so that a plain reference can mirror it.
//!
//! Why requests are few, whatever the order, for messages of one size: a batch is full if it has no room for another such
//! message. A new batch opens only at a time that no open one takes, except for full ones. So any two that are not full
//! are together wider than one request may be; and they lie apart in time, because an event between two of them, or
//! within one, joins the nearest. So at most two of them begin in each span: 29 in the 14 days and 2 hours that the
//! service takes. With [`MAX_OPEN`] open one is full, and is what closes. Hence no batch closes before it is full, and
//! these are no more than the optimum of the whole has. The cut of what is left at the end adds one for each day that
//! occurs (a batch that ends for its span is followed by one that begins a day later), and one.
//!
//! Sizes that differ widely cost more, and must: half a batch at 12:00:00, half a batch at 12:00:01, and so on, first all
//! that are a byte over the half and then all that are a byte under, pair up only in a memory of all of them.
//!
//! (Before, with 8 open batches, 200,000 events over 13 days at random became 50,205 requests. A grid of fixed bins has
//! the same bound, but costs a request at each border that an ordered stream crosses.)

use std::collections::VecDeque;

use bytes::Bytes;

use crate::batching::first_batch_size;
use crate::closed::{ClosedBatch, ClosedBy};
use crate::limits::Limits;
use crate::table::{EventSink, EventTable, Piece, Row, Whole};

/// Most batches open at once.
pub const MAX_OPEN: usize = 32;

/// Counted bytes of input after which an open batch closes, however little of them it took.
pub const MAX_INPUT_BYTES: u64 = 64 << 20;

/// The open batches, and those that closed and were not taken yet.
#[derive(Debug)]
pub struct Window {
    limits: Limits,
    /// In the order of their opening.
    open: Vec<OpenBatch>,
    closed: VecDeque<Closed>,
    current: Current,
    /// Rows of the table that closed last, and bytes copied for them: the next will be much like it, and so need not
    /// be moved as it grows.
    last_closed: (usize, usize),
    /// Whether that is noted.
    reserves: bool,
    /// Events and counted bytes that came in so far.
    fed_events: u64,
    fed_bytes: u64,
    /// What texts may lie in that need not be copied.
    lent: Bytes,
}

/// The open batch that was fed last, and the times of which it is known, without a look at the others, that it is the
/// one to join.
#[derive(Clone, Copy, Debug)]
struct Current {
    index: usize,
    from: i64,
    to: i64,
}

impl Current {
    const NONE: Self = Self { index: 0, from: i64::MAX, to: i64::MIN };
}

#[derive(Debug)]
struct Closed {
    batch: ClosedBatch,
    /// The smallest position in it, if positions never decrease.
    first_position: u64,
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

    /// Which limit filled it, if it is full.
    fn full_by(&self, limits: &Limits) -> ClosedBy {
        let by_events = self.table.rows().len() as u64 >= limits.max_batch_events;
        if by_events { ClosedBy::Events } else { ClosedBy::Bytes }
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
            current: Current::NONE,
            last_closed: (0, 0),
            reserves: true,
            fed_events: 0,
            fed_bytes: 0,
            lent: Bytes::new(),
        }
    }

    /// One of many windows: a new batch has room for a few events, not for as many as the one before had.
    #[must_use]
    pub fn one_of_many(limits: Limits) -> Self {
        Self { reserves: false, last_closed: (8, 768), ..Self::new(limits) }
    }

    /// Texts that lie in this memory need not be copied from now on, and batches keep it in place of them. What was lent
    /// before comes back: dropping the last reference may run code of its owner.
    pub fn lend(&mut self, memory: Bytes) -> Bytes {
        std::mem::replace(&mut self.lent, memory)
    }

    /// Takes the batch that closed first, its events in the order they came.
    pub fn take_closed(&mut self) -> Option<ClosedBatch> {
        self.closed.pop_front().map(|closed| closed.batch)
    }

    /// Whether a batch closed that was not taken.
    #[must_use]
    pub fn has_closed(&self) -> bool {
        !self.closed.is_empty()
    }

    /// How many batches are open.
    #[must_use]
    pub fn open_batches(&self) -> usize {
        self.open.len()
    }

    /// Closes all open batches: the first opened first, or, if they are fewer so, cut as a whole in order of time.
    pub fn close_all(&mut self, by: ClosedBy) {
        let all = std::mem::take(&mut self.open);
        self.close_together(all, by);
    }

    /// The same for the batches that were opened by an event before this position.
    pub fn close_opened_before(&mut self, position: u64) {
        let old = self.open.extract_if(.., |batch| batch.first_position < position).collect();
        self.close_together(old, ClosedBy::Linger);
    }

    fn close_together(&mut self, batches: Vec<OpenBatch>, by: ClosedBy) {
        self.current = Current::NONE;
        let Some(tables) = self.cut_again(&batches) else {
            batches.into_iter().for_each(|batch| self.put(batch, by));
            return;
        };
        for table in tables {
            // In order of time now, so that the first event need not have the smallest position.
            let first_position = table.rows().iter().map(|row| row.position).min().unwrap_or(u64::MAX);
            self.closed.push_back(Closed { batch: ClosedBatch { table, closed_by: by }, first_position });
        }
    }

    /// The rows of these batches, sorted and cut as a whole; `None` if that makes as many.
    fn cut_again(&self, batches: &[OpenBatch]) -> Option<Vec<EventTable>> {
        if batches.len() < 2 {
            return None;
        }
        let rows = batches.iter().flat_map(|batch| batch.table.rows().iter().map(move |row| (&batch.table, *row)));
        let mut sorted: Vec<(&EventTable, Row)> = rows.collect();
        sorted.sort_by_key(|(_, row)| (row.timestamp, row.position));
        let rows: Vec<Row> = sorted.iter().map(|&(_, row)| row).collect();
        let mut sizes = Vec::new();
        let mut rest = &rows[..];
        while !rest.is_empty() {
            let (size, _) = first_batch_size(rest, &self.limits);
            sizes.push(size);
            rest = &rest[size..];
        }
        (sizes.len() < batches.len()).then(|| {
            let mut sorted = sorted.into_iter();
            let table_of = |size| {
                let mut table = EventTable::with_room_for(size, 0);
                sorted.by_ref().take(size).for_each(|(from, row)| table.push_row_of(from, &row));
                table
            };
            sizes.into_iter().map(table_of).collect()
        })
    }

    /// The smallest position of what is here, open or closed, if positions never decrease.
    #[must_use]
    pub fn held_from(&self) -> Option<u64> {
        let closed = self.closed.iter().map(|closed| closed.first_position);
        let open = self.open.iter().map(|batch| batch.first_position);
        closed.chain(open).min()
    }

    /// Counted bytes in open batches.
    #[must_use]
    pub fn open_bytes(&self) -> u64 {
        self.open.iter().map(|batch| batch.nbytes).sum()
    }

    #[inline(never)]
    fn close(&mut self, index: usize, by: ClosedBy) {
        self.current = Current::NONE;
        let batch = self.open.remove(index);
        self.put(batch, by);
    }

    /// Puts a batch to those that closed. (Room that it was given and had no use for, a `Batch` of it gives back.)
    fn put(&mut self, batch: OpenBatch, closed_by: ClosedBy) {
        let OpenBatch { table, first_position, .. } = batch;
        if self.reserves {
            self.last_closed = table.size();
        }
        self.closed.push_back(Closed { batch: ClosedBatch { table, closed_by }, first_position });
    }

    /// The open batch that an event at this time joins, of those that it fits by span and that are `eligible`.
    fn choose(&self, timestamp: i64, eligible: impl Fn(&OpenBatch) -> bool) -> Option<usize> {
        let fitting = self.open.iter().enumerate().filter(|(_, batch)| eligible(batch));
        let widenings = fitting.filter_map(|(index, batch)| {
            batch.widening(timestamp, self.limits.max_batch_span_ms).map(|by| (by, index))
        });
        widenings.min().map(|(_, index)| index)
    }

    /// The open batch that takes an event; some may close for it.
    fn batch_for(&mut self, piece: &Piece<'_>, event_bytes: u64) -> usize {
        let limits = self.limits;
        match self.choose(piece.timestamp, |_| true) {
            Some(index) if self.open[index].has_room(event_bytes, &limits) => index,
            Some(index) => {
                self.close(index, self.open[index].full_by(&limits));
                let next = self.choose(piece.timestamp, |batch| batch.has_room(event_bytes, &limits));
                next.unwrap_or_else(|| self.open_new(piece))
            }
            None => {
                if self.open.len() == MAX_OPEN {
                    self.close_for(event_bytes);
                }
                self.open_new(piece)
            }
        }
    }

    /// Notes which batch was fed last, and when it will be the one to join.
    fn set_current(&mut self, index: usize) {
        let OpenBatch { first, last, .. } = self.open[index];
        let mut others = self.open.iter().enumerate().filter(|&(other, _)| other != index).map(|(_, batch)| batch);
        self.current = if others.clone().any(|other| other.last >= first && other.first <= last) {
            Current::NONE
        } else if others.any(|other| other.first > last) {
            Current { index, from: first, to: last }
        } else {
            Current { index, from: first, to: first.saturating_add(self.limits.max_batch_span_ms) }
        };
    }

    fn open_new(&mut self, opener: &Piece<'_>) -> usize {
        let table = EventTable::with_room_for(self.last_closed.0, self.last_closed.1);
        self.open.push(OpenBatch::new(opener, self.fed_bytes, table));
        self.open.len() - 1
    }

    /// Closes the batch that makes room for one more.
    fn close_for(&mut self, event_bytes: u64) {
        let order = |batch: &OpenBatch| (batch.has_room(event_bytes, &self.limits), batch.last_fed_event);
        if let Some(index) = (0..self.open.len()).min_by_key(|&index| order(&self.open[index])) {
            let batch = &self.open[index];
            let is_full = !batch.has_room(event_bytes, &self.limits);
            self.close(index, if is_full { batch.full_by(&self.limits) } else { ClosedBy::Window });
        }
    }
}

impl EventSink for Window {
    fn push(&mut self, piece: &Piece<'_>) {
        let event_bytes = self.limits.event_bytes(piece.len as u64);
        let Current { index, from, to } = self.current;
        let joins_current = (from..=to).contains(&piece.timestamp)
            && self.open.get(index).is_some_and(|batch| batch.has_room(event_bytes, &self.limits));
        let index = if joins_current { index } else { self.batch_for(piece, event_bytes) };
        self.fed_events += 1;
        self.fed_bytes += event_bytes;
        let batch = &mut self.open[index];
        batch.table.push_out_of(&self.lent, piece);
        batch.note(piece.timestamp, event_bytes, self.fed_events);
        if !joins_current {
            self.set_current(index);
        }
        self.close_old();
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `Whole` says")]
    fn push_whole(&mut self, event: Whole<'_>) {
        let event_bytes = self.limits.event_bytes(event.utf8.len() as u64);
        let Current { index, from, to } = self.current;
        // Nearly always: the batch that was fed last takes it.
        if from <= event.timestamp
            && event.timestamp <= to
            && let Some(batch) = self.open.get_mut(index)
            && batch.has_room(event_bytes, &self.limits)
        {
            self.fed_events += 1;
            self.fed_bytes += event_bytes;
            batch.table.push_whole_out_of(&self.lent, event);
            batch.note(event.timestamp, event_bytes, self.fed_events);
            self.close_old();
        } else {
            self.push_to_another(event.timestamp, event.position, event.utf8, event.escaped_len);
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
            self.close(0, ClosedBy::Input);
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
            .map(|closed| closed.table.rows().iter().map(|row| row.timestamp).collect())
            .collect()
    }

    fn run(limits: Limits, times: &[i64]) -> (Vec<Vec<i64>>, Vec<Vec<i64>>) {
        let mut window = Window::new(limits);
        times.iter().for_each(|&t| feed(&mut window, t, "m"));
        let early = closed(&mut window);
        window.close_all(ClosedBy::End);
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
        let times: Vec<_> = (0..32).chain([0, 32]).collect();
        let (early, late) = run(limits, &times);
        assert_eq!(early, [vec![1]]);
        assert_eq!(late.len(), 32);
    }

    #[test]
    fn a_full_batch_makes_room_before_the_least_recently_fed() {
        let limits = Limits { max_batch_span_ms: 0, max_batch_events: 2, ..Limits::default() };
        let times: Vec<_> = (0..32).chain([9, 32]).collect();
        assert_eq!(run(limits, &times).0, [vec![9, 9]]);
    }

    #[test]
    fn what_closed_a_batch_is_known() {
        let limits =
            Limits { max_batch_span_ms: 0, max_batch_events: 2, max_batch_bytes: 60, ..Limits::default() };
        let mut window = Window::new(limits);
        let causes = |window: &mut Window| -> Vec<_> {
            std::iter::from_fn(|| window.take_closed()).map(|closed| closed.closed_by).collect()
        };
        for message in ["m", "m", "m", "too long"] {
            feed(&mut window, 0, message);
        }
        assert_eq!(causes(&mut window), [ClosedBy::Events, ClosedBy::Bytes]);
        (1..=33).for_each(|time| feed(&mut window, time, "m"));
        assert_eq!(causes(&mut window), [ClosedBy::Bytes, ClosedBy::Window]);
        window.close_opened_before(7);
        assert_eq!(causes(&mut window), [ClosedBy::Linger; 2]);
        window.close_all(ClosedBy::End);
        assert_eq!(causes(&mut window), [ClosedBy::End; 30]);
    }

    #[test]
    fn what_is_open_at_the_end_is_cut_as_a_whole() {
        let limits = Limits { max_batch_span_ms: 10, ..Limits::default() };
        // [0] and [11, 12] while they were open, then [1..=5] joined the first.
        assert_eq!(run(limits, &[0, 11, 5, 12]).1, [vec![0, 5], vec![11, 12]]);
        let limits = Limits { max_batch_span_ms: 10, max_batch_events: 3, ..Limits::default() };
        let (early, late) = run(limits, &[5, 6, 7, 16, 6, 20, 8]);
        assert_eq!((early.len(), late.len()), (1, 2));
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
                if take && let Some(closed) = window.take_closed() {
                    closed.table.rows().iter().for_each(|row| { held.remove(&row.position); });
                }
                prop_assert_eq!(window.held_from(), held.first().copied());
            }
            window.close_all(ClosedBy::End);
            while let Some(closed) = window.take_closed() {
                closed.table.rows().iter().for_each(|row| { held.remove(&row.position); });
                prop_assert_eq!(window.held_from(), held.first().copied());
            }
        }

        /// As many batches as the cut of the whole has, one for each day that occurs, and one.
        #[test]
        fn requests_are_few_in_any_order(
            // Runs of neighbours, so that batches fill at one place, and move there.
            runs in prop::collection::vec((0..1410_i64, -3..=3_i64, 1..12_i64), 0..120),
            max_batch_events in 1..12_u64, by_bytes in any::<bool>(), sorted in any::<bool>(),
        ) {
            let mut times: Vec<i64> = runs
                .iter()
                .flat_map(|&(from, step, len)| (0..len).map(move |i| (from + step * i).clamp(0, 1408)))
                .collect();
            if sorted {
                times.sort_unstable();
            }
            let limits = Limits { max_batch_span_ms: 100, ..Limits::default() };
            let limits = if by_bytes {
                Limits { max_batch_bytes: 27 * max_batch_events, ..limits }
            } else {
                Limits { max_batch_events, ..limits }
            };
            let (early, late) = run(limits, &times);
            let mut table = EventTable::default();
            for &timestamp in &times {
                table.push(&Piece { timestamp, position: 0, text: Text::Utf8(b"m"), len: 1, extent: Extent::Whole });
            }
            table.sort();
            let (mut rest, mut fewest) = (table.rows(), 0);
            while !rest.is_empty() {
                rest = &rest[first_batch_size(rest, &limits).0..];
                fewest += 1;
            }
            let days = times.iter().map(|time| time / 100).collect::<std::collections::BTreeSet<_>>().len();
            prop_assert!(early.len() + late.len() <= fewest + days + 1, "{} {} {fewest} {days}", early.len(), late.len());
            prop_assert!(early.iter().all(|batch| batch.len() as u64 == max_batch_events));
            prop_assert!(!sorted || early.len() + late.len() == fewest);
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
